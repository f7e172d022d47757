"""The table of `vanguard documents`."""

import click

from vanguard.cli.documents.group import VERBS, documents


def test_the_table_says_what_each_verb_says():
    with click.Context(documents) as context:
        for name, verb in VERBS.items():
            command = documents.get_command(context, name)
            assert command is not None, name
            assert command.name == name
            assert command.get_short_help_str(200) == verb.help
