from vanguard.documents.reading.vision import prompts


def test_every_prompt_says_what_to_answer_where_nothing_is_written():
    for prompt in (prompts.REGION, prompts.PAGE, prompts.TABLE):
        assert prompt.endswith(prompts.NOTHING)
