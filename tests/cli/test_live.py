"""`live` on the embedded pair: repeatable, complete, interruptible, and clear about what it will
not do.
"""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import Command
from long_pair import long_pair

from specrecord.events import Draft, Emit, Event, Finish, TrackBegin, Verdict
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording

INFO_KEYS = (
    "format version complete events rounds tokens drafted accepted duration_s rule k temperature "
    "seed draft target law "
    "acceptance_rate alpha_hat overlap mean_acceptance_length per_position tokens_per_second "
    "ttft_s tpot_s latency "
    "speedup faults simulated"
).split()


def without_times(events: list[Event]) -> list[tuple[object, ...]]:
    """Tokens, draws and verdicts, both lanes."""
    kept: list[tuple[object, ...]] = []
    for event in events:
        match event:
            case TrackBegin():
                kept.append(("lane", event.name))
            case Draft():
                kept.append(
                    (event.node, event.token, event.prob, event.uniform, event.low, event.top)
                )
            case Verdict():
                kept.append(
                    (
                        event.node,
                        event.fate,
                        event.target_prob,
                        event.uniform,
                        event.overlap,
                        event.top,
                    )
                )
            case Emit():
                kept.append((event.origin, event.token, event.uniform, event.low, event.high))
            case Finish():
                kept.append((event.reason, event.tokens, event.size))
    return kept


def test_the_first_command_of_the_readme(command: Command) -> None:
    said = command("live", "Once upon a time", "-o", "run.specrec")
    assert said.code == 0
    assert said.out.startswith("Once upon a time")
    assert "run.specrec: " in said.err
    assert "times the same target without a draft, recorded in this run" in said.err
    recording = read_recording("run.specrec")
    assert recording.complete
    assert recording.header.k == 4
    assert recording.header.temperature == 0.7
    assert [event.name for event in recording.events if isinstance(event, TrackBegin)] == [
        "speculative",
        "autoregressive",
    ]
    assert audit_recording(recording) == []


@pytest.mark.parametrize("rule", ["standard", "match"])
def test_the_same_seed_gives_the_same_tokens_draws_and_verdicts(
    command: Command, rule: str
) -> None:
    for name in ("a", "b"):
        command("live", "Once upon a time", "--seed", 7, "--rule", rule, "-o", f"{name}.specrec")
    one, other = (without_times(read_recording(f"{name}.specrec").events) for name in ("a", "b"))
    assert one == other
    assert len(one) > 100


def test_a_seed_is_drawn_and_kept_when_none_is_given(command: Command) -> None:
    seeds = set()
    for name in ("a", "b"):
        command("live", "def ", "--max-tokens", 4, "-o", f"{name}.specrec")
        seeds.add(read_recording(f"{name}.specrec").header.seed)
    assert len(seeds) == 2


def test_a_baseline_changes_no_draw_of_the_run(command: Command) -> None:
    command("live", "def ", "--seed", 3, "-o", "with.specrec")
    command("live", "def ", "--seed", 3, "--no-baselines", "-o", "without.specrec")
    with_baseline = without_times(read_recording("with.specrec").events)
    without = without_times(read_recording("without.specrec").events)
    assert with_baseline[: len(without)] == without
    assert (
        json.loads(command("info", "without.specrec", "--json").out)["speedup"]["autoregressive"]
        is None
    )


def test_greedy_decoding_equals_the_target_alone_token_for_token(command: Command) -> None:
    for number, prompt in enumerate(["Once upon a time", "def ", '{"', "Recipe"]):
        command("live", prompt, "--temperature", 0, "--max-tokens", 100, "-o", f"{number}.specrec")
        tracks: dict[str, list[int]] = {}
        drafted: dict[int, int] = {}
        for event in read_recording(f"{number}.specrec").events:
            match event:
                case TrackBegin():
                    tokens = tracks.setdefault(event.name, [])
                case Draft():
                    drafted[event.node] = event.token
                case Verdict(fate="accepted"):
                    tokens.append(drafted[event.node])
                case Emit():
                    tokens.append(event.token)
        assert tracks["speculative"] == tracks["autoregressive"]
        assert len(tracks["speculative"]) > 10


def test_info_prints_the_keys_of_the_design_and_latencies_add_up(command: Command) -> None:
    command("live", "Once upon a time", "-o", "run.specrec")
    info = json.loads(command("info", "run.specrec", "--json").out)
    assert list(info) == INFO_KEYS
    assert list(info["latency"]) == ["draft_s", "verify_s", "queue_s", "network_s", "other_s"]
    assert sum(info["latency"].values()) == pytest.approx(info["duration_s"], rel=0.01)
    assert min(info["latency"].values()) >= 0
    assert info["latency"]["other_s"] < 0.6 * info["duration_s"]
    assert list(info["speedup"]) == ["per_request", "chunked", "streaming", "autoregressive"]
    assert info["tokens"] == 128 or info["tokens"] < 128
    page = command("info", "run.specrec").out
    assert all(key in page for key in INFO_KEYS)


def test_the_header_holds_no_path_and_no_name_of_machine_or_user(
    command: Command, tmp_path: Path
) -> None:
    command("live", "def ", "--max-tokens", 4, "-o", tmp_path / "run.specrec")
    header = json.dumps(read_recording("run.specrec").header_map)
    for private in (
        str(tmp_path),
        str(Path.home()) + "/",
        os.uname().nodename,
        str(Path(__file__).parents[2]),
    ):
        assert private not in header


def test_a_redacted_prompt_is_nowhere_in_the_file(command: Command) -> None:
    command(
        "live",
        "A secret beginning",
        "--redact-prompt",
        "--max-tokens",
        4,
        "--no-baselines",
        "-o",
        "run.specrec",
    )
    data = Path("run.specrec").read_bytes()
    assert b"secret" not in data
    assert read_recording("run.specrec").header_map["prompt"].keys() == {"sha256", "tokens"}


def test_a_prompt_may_come_from_a_file_or_standard_input(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("prompt.txt").write_text("def area(\n")
    assert (
        command("live", "--prompt-file", "prompt.txt", "--max-tokens", 4, "-o", "a.specrec").code
        == 0
    )
    assert read_recording("a.specrec").header.prompt.text == "def area("
    piped = subprocess.run(
        [
            sys.executable,
            "-m",
            "specrecord",
            "live",
            "--prompt-file",
            "-",
            "--max-tokens",
            "4",
            "-o",
            "b.specrec",
        ],
        input="def area(",
        text=True,
        capture_output=True,
        check=True,
    )
    assert piped.stdout.startswith("def area(")
    assert read_recording("b.specrec").header.prompt.text == "def area("


def test_settings_come_from_the_environment_and_dotenv(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".env").write_text(
        "# settings\nexport SPECULATION_K=2\nMAX_TOKENS='9'\nTEMPERATURE=\"0.5\" # warm\n"
    )
    monkeypatch.setenv("MAX_TOKENS", "5")
    command("live", "def ", "-o", "run.specrec")
    header = read_recording("run.specrec").header
    assert (header.k, header.max_tokens, header.temperature) == (2, 5, 0.5)


def test_a_setting_that_cannot_be_is_named_with_its_place(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".env").write_text("TEMPERATURE=hot\n")
    found = command("live", "def ", "-o", "run.specrec")
    assert (found.code, found.err.count("\n")) == (2, 1)
    assert "TEMPERATURE in .env: Temperature is 'hot'; it must be a number from 0" in found.err
    monkeypatch.setenv("SPECULATION_K", "0")
    found = command("live", "def ", "--temperature", "1", "-o", "run.specrec")
    assert "SPECULATION_K in the environment: K is 0" in found.err
    Path(".env").write_bytes(b"TEMPERATURE=\xff\n")
    assert ".env: cannot be read as UTF-8 text" in command("models").err


@pytest.mark.parametrize(("tree", "rule"), [("2x2x1", "rrs"), ("dynamic", "specinfer")])
def test_a_tree_without_a_rule_takes_one_that_judges_it(
    command: Command, tree: str, rule: str
) -> None:
    found = command("live", "def ", "--tree", tree, "--max-tokens", 12, "-o", "run.specrec")
    assert found.code == 0
    assert f"tree {tree}, judged by rule {rule}" in found.err
    recording = read_recording("run.specrec")
    assert recording.header.rule == rule
    assert audit_recording(recording) == []
    assert command("live", "def ", "--tree", tree, "--rule", "block", "--force").code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["live", ""], "the prompt is empty"),
        (["live"], "the prompt is empty"),
        (["live", "a", "-k", "0"], "K is 0"),
        (
            ["live", "a", "-k", "many"],
            "K is 'many'; it must be a whole number from 1 up to 1024, or auto",
        ),
        (["live", "a", "--temperature", "-1"], "Temperature is -1"),
        (["live", "a", "--top-p", "0"], "Top-p is 0"),
        (["live", "a", "--top-k", "-3"], "Top-k is -3"),
        (["live", "a", "--max-tokens", "0"], "Max tokens is 0"),
        (
            ["live", "a", "--rule", "hope"],
            "no rule is called 'hope'; there are auto, standard, match",
        ),
        (["live", "a", "--stop", ""], "none of them empty"),
        (["live", "a", "--draft", "nonesuch"], "nonesuch"),
        (["live", "a", "--target", "llama:/no/such/folder"], "/no/such/folder"),
        (
            ["live", "a", "-o", "/no/such/folder/run.specrec"],
            "/no/such/folder/run.specrec: cannot be written",
        ),
        (["live", "a", "--prompt-file", "b"], "two prompts"),
        (["live", "--prompt-file", "nowhere.txt"], "nowhere.txt"),
        (["live", "word " * 4000], "shorten the prompt"),
        (["live", "a", "--volume", "11"], "--volume"),
        (["sing"], "sing"),
        (["info", "nowhere.specrec"], "nowhere.specrec: cannot be read"),
        (["info", "foreign.specrec"], "foreign.specrec: not a specrecord recording"),
        (["audit", "foreign.specrec"], "foreign.specrec: not a specrecord recording"),
        (["audit"], "RUN"),
    ],
)
def test_wrong_use_is_one_clear_line_and_exit_code_2(
    command: Command, words: list[str], said: str
) -> None:
    Path("foreign.specrec").write_bytes(b"PNG or so")
    found = command(*words)
    assert found.code == 2
    assert said in found.err
    assert found.err.count("\n") == 1
    assert found.err.startswith("specrecord: ")
    assert found.out == ""
    assert sorted(Path().iterdir()) == [Path("foreign.specrec")]


def test_nothing_is_overwritten_without_force(command: Command) -> None:
    Path("run.specrec").write_text("precious")
    found = command("live", "def ", "--max-tokens", 4, "-o", "run.specrec")
    assert found.code == 2
    assert "--force" in found.err
    found = command("live", "def ", "--max-tokens", 4, "-o", "run.specrec", "--force")
    assert "is no recording, and --force replaces nothing else" in found.err
    assert Path("run.specrec").read_text() == "precious"
    Path("run.specrec").write_bytes(b"")
    assert command("live", "def ", "--max-tokens", 4, "-o", "run.specrec", "--force").code == 0
    assert read_recording("run.specrec").complete


def test_a_truncated_file_has_info_and_fails_the_audit(command: Command) -> None:
    command("live", "def ", "--max-tokens", 20, "-o", "run.specrec")
    data = Path("run.specrec").read_bytes()
    Path("cut.specrec").write_bytes(data[: len(data) // 2])
    found = command("info", "cut.specrec", "--json")
    assert found.code == 0
    assert json.loads(found.out)["complete"] is False
    found = command("audit", "cut.specrec", "run.specrec")
    assert found.code == 1
    assert "cut.specrec: " in found.out  # a cut may fall right between two events
    assert "run.specrec: all " in found.out


def test_a_dash_reads_standard_input(command: Command) -> None:
    command("live", "def ", "--max-tokens", 4, "-o", "run.specrec")
    for words in (["info", "-"], ["audit", "-"]):
        piped = subprocess.run(
            [sys.executable, "-m", "specrecord", *words],
            input=Path("run.specrec").read_bytes(),
            capture_output=True,
        )
        assert piped.returncode == 0


def test_ctrl_c_leaves_a_whole_recording_that_says_so(command: Command) -> None:
    words = ["live", "Once upon a time", *long_pair(Path("pair")), "--max-tokens", "8000"]
    words += ["-o", "run.specrec"]
    process = subprocess.Popen(
        [sys.executable, "-m", "specrecord", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while not Path("run.specrec").exists() or Path("run.specrec").stat().st_size < 20_000:
        time.sleep(0.001)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert b"interrupted" in err
    recording = read_recording("run.specrec")
    assert recording.complete
    assert any(
        isinstance(event, Finish) and event.reason == "interrupted" for event in recording.events
    )
    assert audit_recording(recording) == []


def test_on_a_terminal_the_text_is_coloured_and_wrapped(command: Command) -> None:
    main_end, terminal = pty.openpty()
    words = ["live", "Once upon a time", "--max-tokens", "60", "--seed", "1", "-o", "run.specrec"]
    environment = {**os.environ, "COLUMNS": "40", "LINES": "20", "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-m", "specrecord", *words],
        stdout=terminal,
        stderr=terminal,
        env=environment,
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            data = os.read(main_end, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    assert process.wait() == 0
    assert b"\x1b[32m" in shown
    assert b"tokens/s" in shown
