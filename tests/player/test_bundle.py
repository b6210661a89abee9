"""The player as a site ships it: few files, small, and the same code: strings, templates and
expressions untouched.
"""

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from specrecord.errors import UsageError
from specrecord.publish.bundle import joined, player_files
from specrecord.publish.shorten import shorten
from specrecord.publish.squeeze import pieces, squeeze_css

PLAYER = Path(__file__).resolve().parents[2] / "player"
MOST_BYTES = 40_000  # gzip -9, scripts and styles of the element


def test_one_script_holds_the_element_and_is_small() -> None:
    files = player_files(PLAYER)
    script = files["define.js"]
    assert b"SpecPlayer.styles" in script
    assert b'from "./' not in script
    assert len(gzip.compress(script, 9)) <= MOST_BYTES
    assert all(path.startswith(("lab/", "live/")) or "/" not in path for path in files), sorted(
        files
    )


def test_it_exports_what_the_source_exports() -> None:
    assert (
        joined(PLAYER, "core/frame.js")
        .rstrip()
        .endswith("export { frame, roundEnd, neighbourTime };")
    )
    assert "export" not in joined(PLAYER, "core/frame.js", module=False)


@pytest.mark.skipif(shutil.which("node") is None, reason="NODE TESTS DID NOT RUN: no node found")
def test_joined_and_squeezed_it_still_reads_a_recording(tmp_path: Path) -> None:
    for name in ("index", "define"):
        (tmp_path / f"{name}.mjs").write_bytes(player_files(PLAYER)[f"{name}.js"])
        subprocess.run(["node", "--check", tmp_path / f"{name}.mjs"], check=True)
    (tmp_path / "recording.mjs").write_text(joined(PLAYER, "core/recording.js"))
    run = PLAYER.parent / "recordings" / "story.specrec"
    script = f"""
import {{ readFile }} from "node:fs/promises";
const {{ openRecording }} = await import("{tmp_path / "recording.mjs"}");
console.log((await openRecording(new Uint8Array(await readFile("{run}")))).main.rounds.length);"""
    said = subprocess.run(
        ["node", "--input-type=module", "-e", script], check=True, capture_output=True, text=True
    )
    assert int(said.stdout) > 10


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("const a = 1; // one\nconst b = 2;", "const a=1;const b=2;"),
        ('const s = "a // b  /* c */";', 'const s="a // b  /* c */";'),
        ("const t = `x  ${f(`  // ${'}'} `)}  y`;", "const t=`x  ${f(`  // ${'}'} `)}  y`;"),
        ("x.replace(/[/\"] \\/ '/g, y)", "x.replace(/[/\"] \\/ '/g,y)"),
        ("return /a  b/.test(c)", "return/a  b/.test(c)"),
        ("a / b / c", "a/b/c"),
        ("a + +b - -c + d", "a+ +b- -c+d"),
        ("first\nsecond()", "first\nsecond()"),
        ("a = {\n  b: 1,\n};", "a={b:1,};"),
        ("/** @type {string} */\nlet a;", "let a;"),
    ],
)
def test_only_comments_and_blanks_go(given: str, wanted: str) -> None:
    assert "".join(part for _, part in pieces(given)).strip() == wanted


def test_a_sheet_keeps_its_values() -> None:
    given = (
        "/* x */ .a > .b { width: calc(1px + 2%); color: red; }\n@media print { .c { top: 0; } }"
    )
    assert squeeze_css(given) == ".a > .b{width:calc(1px + 2%);color:red}@media print{.c{top:0}}"
    assert squeeze_css('[a="b c"] [d="e"] { content: "f" }') == '[a="b c"] [d=e]{content:"f"}'


def test_what_cannot_be_joined_is_named(tmp_path: Path) -> None:
    (tmp_path / "player.css").write_text("")
    (tmp_path / "a.js").write_text('import "./b.js";\n')
    with pytest.raises(UsageError, match=r"b\.js: cannot be read"):
        joined(tmp_path, "a.js")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("const count=1;f(count);", "let a=1;f(a);"),
        ("const count=1;f({count});", "let count=1;f({count});"),
        ("const count=1;x.count=2;", "let count=1;x.count=2;"),
        ("const count=1;f(`count ${count} `);", "let a=1;f(`count ${a} `);"),
        ('const count=1;f("count");', 'let a=1;f("count");'),
        ("const {count}=x;f(count)", "let{count}=x;f(count)"),
        ("class A{count(){}}const count=1;", "class A{count(){}}let count=1;"),
        ("const [first,second]=x;second(first);", "let[b,a]=x;a(b);"),
        ("(value,index)=>value+index", "(b,a)=>b+a"),
        ("const value=a;", "let b=a;"),
        ("f(true,a===false);", "f(!0,a===!1);"),
        ("f(true,{true:1});", "f(true,{true:1});"),
        ("if(outside){f(outside)}", "if(outside){f(outside)}"),
        ("f(0.5,a?0.25:10.5,'0.5');", "f(.5,a?.25:10.5,'0.5');"),
        ("f({a:1,},[2,],);g([3,,]);h([,]);", "f({a:1},[2]);g([3,,]);h([,]);"),
        ("f(`,}`,{a:',',});", "f(`,}`,{a:','});"),
        ("{f(a);g();}", "{f(a);g()}"),
        ("{if(a);}{for(b of(c));}{if(a)f();else;}", "{if(a);}{for(b of(c));}{if(a)f();else;}"),
        ("{if(a)\n;}{here:;}", "{if(a)\n;}{here:;}"),
        ("{if((a))f((b));}", "{if((a))f((b))}"),
    ],
)
def test_only_names_that_are_surely_local_are_shortened(given: str, wanted: str) -> None:
    assert shorten(given) == wanted
