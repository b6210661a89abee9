"""Reasoning is told apart from the answer wherever a text is shown: in the terminal, and on a page
that runs no scripts.
"""

import pytest

from specrecord.events import Emit, RoundBegin, Token, Verify
from specrecord.header import Header, Prompt
from specrecord.publish.assets import assets
from specrecord.publish.runs.text import output_spans
from specrecord.publish.templates import environment
from specrecord.recording.reader import Recording, read_recording
from specrecord.recording.writer import RecordingWriter
from specrecord.terminal.render import picture, written
from specrecord.terminal.timeline import Timeline

NAMES = ("<|start|>", "<|channel|>", "<|message|>", "<|end|>")
WORDS = (*NAMES, "analysis", "So, ", "final", "Yes", "assistant")
SAID = (1, 4, 2, 5, 3, 0, 8, 1, 6, 2, 7)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """One that a prompt in Harmony began: a thought, then an answer."""
    path = tmp_path_factory.mktemp("harmony") / "run.specrec"
    markers = {name: token for token, name in enumerate(NAMES)}
    prompt = Prompt(text="Is it?", ids=[0, 8])
    with RecordingWriter(path, Header(k=0, markers=markers, prompt=prompt)) as writer:
        for token, word in enumerate(WORDS):
            writer.append(Token(0, token, b"" if word in NAMES else word.encode()))
        for index, token in enumerate(SAID):
            time = 10 * index
            writer.append(RoundBegin(time, index, index, 0))
            writer.append(Verify(time + 5, 5, 1))
            writer.append(Emit(time + 6, "bonus", token, *[None] * 7))
        writer.finish(10 * len(SAID))
    return read_recording(path)


def test_the_terminal_shows_it_in_another_style(recording: Recording) -> None:
    timeline = Timeline(recording.header, recording.events)
    text = written(timeline, timeline.pieces, len(timeline.pieces))
    assert text.plain == "Is it? analysis So,  assistantfinal Yes"
    styles = {text.plain[span.start : span.end]: str(span.style).split() for span in text.spans}
    assert "italic" in styles["So, "]
    assert "italic" not in styles["Yes"] + styles["final"]
    assert ("dim" in styles["final"], "dim" in styles["Yes"]) == (True, False)
    shown = picture(timeline, timeline.run_end, (60, 20))
    assert shown[-1].plain.rstrip() == "channels   analysis 1  final 1"
    before = picture(timeline, timeline.pieces[4].time, (60, 20))
    assert before[-1].plain.rstrip() == "channels   analysis 1"


def test_a_page_shows_it_without_scripts(recording: Recording) -> None:
    """In elements that browsers set apart by themselves."""
    spans = output_spans(recording)
    assert [(span.part, span.text) for span in spans] == [
        ("heading", "analysis"),
        ("aside", "So, "),
        ("heading", "assistantfinal"),
        ("answer", "Yes"),
    ]
    marks = environment(assets().site).get_template("marks.html")
    shown = str(marks.module.spans(spans))  # type: ignore[attr-defined]
    assert '<i title="analysis"><span class="bonus">So, </span></i>' in shown
    assert '<small> <span class="bonus">assistantfinal</span> </small>' in shown
    assert shown.endswith('<span class="bonus">Yes</span>')
