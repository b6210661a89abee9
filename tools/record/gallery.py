"""Records the shipped gallery anew: real runs in different registers, by every rule, tree and way
to draft. The first ones are those that `recordings/gallery.toml` puts first.

python -m tools.record.gallery --force             # into recordings/, with the seeds below
python -m tools.record.gallery --only tree-rrs     # one of them

Runs of SmolLM2 need it fetched (specrecord models fetch smollm2); without it they are left out, and
it says so. On a quiet machine, with `specrecord[fast]`.
"""

import argparse
import shlex
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from specrecord.models.fetched.store import fetched_folder
from tools.record.network import target_server

FOLDER = Path(__file__).parents[2] / "recordings"

STORY = "'Once upon a time'"
TALE = f"{STORY} --temperature 1 --seed 7"
SMOLLM2 = "--target smollm2"
EDIT = f"--prompt-file tools/prompts/edit.txt {SMOLLM2} --temperature 0 --seed 1 --max-tokens 320"
ASKED = "'How can I take better photographs?'"  # of no prompt that the draft was trained on
CHAT = f"{ASKED} {SMOLLM2} --draft smollm2:draft --seed 1 --max-tokens 160"
LINK = f"{EDIT.replace(SMOLLM2, '--target SERVED')} --draft ngram:smollm2"

# file name: the words of `specrecord live`
RUNS = {
    "smollm2-edit-ngram": f"{EDIT} --draft ngram -k 10"
    " --title 'SmolLM2 formats code, drafted by looking back'",
    "smollm2-story-ngram": f"'Write a short story about a shy dragon.' {SMOLLM2} --draft ngram"
    " --temperature 0.7 --seed 1 --max-tokens 160 -k 4"
    " --title 'SmolLM2 tells a story, drafted by looking back'",
    "smollm2-chat-greedy": f"{CHAT} -k 4 --temperature 0"
    " --title 'SmolLM2 gives advice, with a draft trained for it'",
    # With seed 1 the answer ends after a sentence.
    "smollm2-chat-hot": f"{CHAT} -k 4 --temperature 1 --seed 2 --title 'The same at temperature 1'",
    "smollm2-chat-k2": f"{CHAT} -k 2 --temperature 0 --title 'SmolLM2 gives advice, K = 2'",
    "smollm2-chat-k8": f"{CHAT} -k 8 --temperature 0 --title 'SmolLM2 gives advice, K = 8'",
    "smollm2-chain-6": f"{CHAT} -k 6 --temperature 1 --rule standard --title 'A chain of six'",
    "smollm2-tree-6": f"{CHAT} --tree 2x2 --temperature 1 --rule rrs --title 'A tree of six'",
    "smollm2-link-20": f"{LINK} -k 10 --link 20 --title 'The same code over a link of 20 ms'",
    "smollm2-link-100": f"{LINK} -k 10 --link 100 --title 'The same code over a link of 100 ms'",
    "story": f"{STORY} --title 'A story' --seed 7",
    "story-hot": f"{TALE} --title 'A story at temperature 1'",
    "story-match": f"{TALE} --title 'A story by sample-and-match' --rule match",
    "recipe": "'Recipe: ' --title 'A recipe' -k 6 --seed 3",
    "dialogue": "'Ana: ' --title 'A dialogue' -k 2 --temperature 1 --seed 5",
    "code-greedy": "'def ' --title 'Code, greedily' --temperature 0 -k 6 --seed 1",
    "records": "'{\"' --title 'JSON records' -k 4 --seed 4",
    "sums": "'Q: what is 12 + 30?' --title 'Sums with top-p' --top-p 0.9 --seed 2",
    "table": "'| name |' --title 'A table with whole distributions' --evidence full -k 3"
    " --max-tokens 48 --seed 6",
    "rule-block": f"{TALE} --title 'A story by block verification' --rule block -k 6"
    " --max-tokens 96",
    "rule-gumbel": f'{TALE} --title "A story by coupled noise: the target\'s own text of this seed"'
    " --rule gumbel --max-tokens 96",
    "tree-specinfer": f"{TALE} --title 'A tree of independent children' --rule specinfer"
    " --tree 2x2x1 --max-tokens 64",
    "tree-rrs": f"{TALE} --title 'A tree of children drawn without replacement' --rule rrs"
    " --tree 2x2x1 --max-tokens 64",
    "tree-match": "'def ' --title 'A tree, sampled and matched' --rule match --tree 3x1x1 --seed 3"
    " --max-tokens 64",
    "tree-gumbel": "'Recipe: ' --title 'A tree under coupled noise' --rule gumbel --tree 2x1x1"
    " --temperature 1 --seed 5 --max-tokens 64",
    "tree-dynamic": f"{TALE} --title 'A tree that grows where the draft is sure' --rule specinfer"
    " --tree dynamic --max-tokens 64",
    "draft-ngram": "'{\"' --title 'Records, drafted by looking back' --draft ngram --temperature 0"
    " -k 6 --seed 4 --max-tokens 96",
    "draft-lookahead": "'| name |' --title 'A table by lookahead decoding' --draft lookahead"
    " --rule specinfer --tree 3x1 --temperature 0 --seed 6 --max-tokens 64",
    "draft-skip": f'{STORY} --title "The target\'s own first six layers as a draft" --draft skip:6'
    " -k 3 --seed 7 --max-tokens 96",
    "draft-mixture": "'{\"' --title 'A mixture of a model and a look back' --draft tiny+ngram"
    " --seed 4 --max-tokens 96",
    "draft-ensemble-tree": "'def ' --title 'Children of two drafts in one tree'"
    " --draft tiny+ngram --rule specinfer --tree 2x2x1 --seed 3 --max-tokens 64",
    "draft-auto": f"{STORY} --title 'A story that decides how deep to draft' -k auto --seed 7"
    " --max-tokens 96",
    "draft-int4": f"{STORY} --title 'The draft rounded to four bits' --draft tiny:draft-int4"
    " --seed 7 --max-tokens 96",
    "draft-qat": f"{STORY} --title 'The draft trained in four bits' --draft tiny:draft-qat"
    " --seed 7 --max-tokens 96",
    "smollm2-edit-lookahead": f"{EDIT} --title 'SmolLM2 formats code by lookahead decoding'"
    " --draft lookahead --rule specinfer --tree 2x1",
}


def main() -> None:
    """Record every run through the command line, as a user would."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="overwrite recordings that exist")
    parser.add_argument("--only", nargs="+", choices=RUNS, default=list(RUNS), metavar="NAME")
    options_given = parser.parse_args()
    force = ["--force"] if options_given.force else []
    FOLDER.mkdir(exist_ok=True)
    for name in options_given.only:
        words = shlex.split(RUNS[name])
        if name.startswith("smollm2") and fetched_folder("smollm2") is None:
            print(f"{name} IS LEFT OUT: specrecord models fetch smollm2", file=sys.stderr)
            continue
        with ExitStack() as servers:
            if "SERVED" in words:
                served = servers.enter_context(target_server("smollm2"))
                words[words.index("SERVED")] = served
            path = FOLDER / f"{name}.specrec"
            command = [sys.executable, "-m", "specrecord", "live", *words, "-o", str(path), *force]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
