import json

import pytest

from vanguard.gateway.aws.refusals import error_type, meant_status, refuses_us, untaken

ROLE = "User: arn:aws:sts::123456789012:assumed-role/x/y is not authorized to perform: "


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ([(b"x-amzn-errortype", b"ThrottlingException:http://x/")], b"{}", "ThrottlingException"),
        ([(b"x-amzn-errortype", b"com.amazon.coral#Throttling")], b"", "Throttling"),
        ([(b"date", b"x")], b'{"__type":"com.amazon.coral#Throttling"}', "Throttling"),
        ([], b'{"message":"x"}', ""),
        ([], b"<html>", ""),
        ([], b"\xff", ""),
    ],
)
def test_the_name_of_an_error_stands_in_the_head_or_in_the_body(headers, body, expected):
    assert error_type(headers, body) == expected


@pytest.mark.parametrize(
    ("status", "kind", "body", "expected"),
    [
        (400, "ServiceQuotaExceededException", b"{}", 429),
        (400, "ThrottlingException", b"{}", 429),
        (400, "RequestExpired", b"{}", 403),
        (400, "IncompleteSignatureException", b"{}", 403),
        (403, "ExpiredTokenException", b"{}", 403),
        (429, "ModelNotReadyException", b"{}", 429),
        (400, "ValidationException", b"{}", 400),
        (404, "ResourceNotFoundException", b"{}", 404),
        (424, "ModelErrorException", b'{"originalStatusCode":503}', 503),
        (424, "ModelErrorException", b'{"originalStatusCode":429}', 429),
        (424, "ModelErrorException", b'{"originalStatusCode":400}', 424),
        # a container's trouble with its own credential is none of ours
        (424, "ModelErrorException", b'{"originalStatusCode":403}', 502),
        (424, "ModelErrorException", b'{"originalStatusCode":7}', 502),
        (424, "ModelErrorException", b"{}", 502),
    ],
)
def test_what_a_refusal_means_is_said_by_its_type(status, kind, body, expected):
    assert meant_status(status, kind, body) == expected


@pytest.mark.parametrize(
    ("kind", "words", "ours"),
    [
        ("ExpiredTokenException", "", True),
        ("SignatureDoesNotMatch", "", True),
        ("AccessDeniedException", ROLE + "bedrock:InvokeModelWithResponseStream on", True),
        ("AccessDeniedException", ROLE + "sagemaker:InvokeEndpoint on resource", True),
        (
            "AccessDeniedException",
            "You don't have access to the model with the specified ID.",
            True,
        ),
        ("AccessDeniedException", "Bearer Token has expired", True),
        ("", "The security token included in the request is invalid", True),
        ("AccessDeniedException", ROLE + "bedrock:ApplyGuardrail on resource", False),
        ("AccessDeniedException", ROLE + "s3:GetObject on resource", False),
        ("AccessDeniedException", "You are not authorized to access guardrail g", False),
        ("AccessDeniedException", 'No such thing: "message": "Bearer Token', False),
        ("AccessDeniedException", "", False),
        ("", "", False),
    ],
)
def test_some_refusals_are_about_the_platform_alone(kind, words, ours):
    assert refuses_us(kind, json.dumps({"message": words}).encode()) is ours
    assert refuses_us(kind, json.dumps({"Message": words}, indent=1).encode()) is ours


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("ExpiredTokenException", b"{}", True),
        ("UnrecognizedClientException", b"{}", True),
        ("", b'{"Message": "The security token included in the request is invalid."}', True),
        # a clock that is wrong is not put right by another session
        ("RequestExpired", b"{}", False),
        ("AccessDeniedException", b'{"message":"User: x is not authorized"}', False),
        (
            "",
            b'{"message":"\\"message\\":\\"The security token included in the request is"}',
            False,
        ),
    ],
)
def test_a_session_that_is_no_longer_taken_is_told_from_other_refusals(kind, body, expected):
    assert untaken(kind, body) is expected
