"""What a run's page says of its target beyond the header's own keys: what probing found."""

from specrecord.header import Header, Model
from specrecord.publish.assets import assets
from specrecord.publish.templates import environment


def facts(**details: object) -> str:
    template = environment(assets().site).get_template("facts.html")
    target = Model(name="api:m", details=details)
    return str(template.module.facts(Header(target=target)))


def test_what_probing_found_is_shown() -> None:
    page = facts(sampling="0 of 384 draws <lie> outside", rounding_nats=0.21)
    assert "0 of 384 draws &lt;lie&gt; outside" in page
    assert "0.21 nats" in page
    assert "server&#39;s own" in page or "server's own" in page


def test_what_was_not_found_is_no_row() -> None:
    assert "nats" not in facts(verifier="match")
