"""`gradiente workshop list`: the workshops there are."""

from gradiente.cli.base import command, json_option, print_json
from gradiente.cli.tables import console, styled_table
from gradiente.locale import text
from gradiente.workshops.notebook import NAMES, blanks


def workshop_list(as_json: bool) -> None:
    facts = [
        {"name": name, "title": text(f"workshop.{name}.title"), "functions": blanks(name)} for name in NAMES
    ]
    if as_json:
        print_json(facts)
        return
    out = console()
    table = styled_table()
    table.add_column(text("workshop.name"), no_wrap=True)
    table.add_column(text("workshop.title"))
    table.add_column(text("workshop.functions"), justify="right")
    for row in facts:
        table.add_row(row["name"], row["title"], str(len(row["functions"])))
    out.print(table)
    out.print(text("workshop.start", command=f"gradiente workshop new {NAMES[0]}"), soft_wrap=True)


command = command("workshop.list", lambda: [json_option()], workshop_list)
