from gradiente.html import Markup, join, table, tag
from gradiente.reporting.html import figure


def test_text_is_escaped_and_markup_is_not():
    assert tag("p", "<script>", Markup("<br>")) == "<p>&lt;script&gt;<br></p>"
    assert join(["a & b", tag("i", 3)]) == "a &amp; b<i>3</i>"


def test_attributes_are_escaped_and_none_is_left_out():
    assert tag("img", alt='"><script>', src=None) == '<img alt="&quot;&gt;&lt;script&gt;">'


def test_numbers_of_a_table_stand_at_the_right():
    assert tag("td", "1", class_="n") in table(["name", "n"], [("a", "1")], numeric=[1])
    assert "<thead>" not in table((), [("a", "1")])


def test_a_figure_has_its_caption_first():
    assert figure(tag("svg"), "x < y").startswith(
        "<figure><figcaption><span>x &lt; y</span></figcaption><svg>"
    )
