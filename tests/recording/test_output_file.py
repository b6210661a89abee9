"""What is written is there, what was there stays until something whole takes its place, and nobody
writes into somebody else's file.
"""

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from runs import small_header, small_settings

from specrecord.errors import RecordingError
from specrecord.events import Mark
from specrecord.recording import output_file
from specrecord.recording.output_file import OutputFile, locked, write_file
from specrecord.recording.reader import read_recording
from specrecord.recording.writer import RecordingWriter


def recorded(path: Path, title: str, *, overwrite: bool = False) -> Path:
    with RecordingWriter(path, small_header(small_settings()), overwrite=overwrite) as writer:
        writer.append(Mark(1, title))
        writer.finish(2)
    return path


def title(path: Path) -> str:
    recording = read_recording(path)
    assert recording.complete
    return next(event.title for event in recording.events if isinstance(event, Mark))


def test_a_recording_stays_until_another_is_whole(tmp_path: Path) -> None:
    path = recorded(tmp_path / "run.specrec", "old")
    writer = RecordingWriter(path, small_header(small_settings()), overwrite=True)
    writer.append(Mark(1, "new"))
    assert title(path) == "old"
    assert writer.path == tmp_path / "run.specrec.partial"
    writer.close()  # as a kill would
    assert title(path) == "old"
    assert not read_recording(writer.path).complete
    recorded(path, "new", overwrite=True)
    assert title(path) == "new"
    assert sorted(tmp_path.iterdir()) == [path, writer.path]


@pytest.mark.parametrize("data", [b"precious", b"\x80", b"\x81\xa6format\xa3png", b"\xc1"])
def test_only_recordings_are_replaced(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "run.specrec"
    path.write_bytes(data)
    with pytest.raises(RecordingError, match="no recording"):
        OutputFile(path, overwrite=True)
    assert path.read_bytes() == data
    assert sorted(tmp_path.iterdir()) == [path]


def test_no_link_is_followed(tmp_path: Path) -> None:
    path, link = recorded(tmp_path / "run.specrec", "old"), tmp_path / "link.specrec"
    link.symlink_to(path)
    dangling = tmp_path / "dangling.specrec"
    dangling.symlink_to(tmp_path / "elsewhere")
    for each in (link, dangling):
        for overwrite in (False, True):
            with pytest.raises(RecordingError, match=r"link|exists"):
                OutputFile(each, overwrite=overwrite)
    with pytest.raises(RecordingError, match="exists"):
        write_file(dangling, [b"x"], overwrite=False)
    write_file(link, [b"x"], overwrite=True)
    assert not link.is_symlink()
    assert title(path) == "old"
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_and_a_pipe_are_no_file_to_replace(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(RecordingError, match="no recording"):
            OutputFile(path, overwrite=True)


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_that_is_written_belongs_to_its_writer(tmp_path: Path, overwrite: bool) -> None:
    path = tmp_path / "run.specrec"
    if overwrite:
        recorded(path, "old")
    with RecordingWriter(path, small_header(small_settings()), overwrite=overwrite) as writer:
        writer.append(Mark(1, "first"))
        with pytest.raises(RecordingError, match="being written by another"):
            OutputFile(path, overwrite=True)
        writer.finish(2)
    assert title(path) == "first"
    assert title(recorded(path, "second", overwrite=True)) == "second"


def test_of_many_writers_at_once_each_result_is_whole(tmp_path: Path) -> None:
    path, refused = recorded(tmp_path / "run.specrec", "0"), []

    def write(name: str) -> None:
        try:
            recorded(path, name, overwrite=True)
        except RecordingError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=write, args=(str(number),)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert title(path) in map(str, range(1, 9))
    assert all("being written" in reason for reason in refused)
    assert sorted(tmp_path.iterdir()) == [path]


def test_of_two_who_rewrite_a_recording_one_waits_its_turn(tmp_path: Path) -> None:
    path = recorded(tmp_path / "run.specrec", "old")
    with locked(path), pytest.raises(RecordingError, match="being written"), locked(path):
        pass
    with locked(path):
        write_file(path, [path.read_bytes()], overwrite=True)
    with locked(path):
        pass


def test_a_file_that_was_removed_meanwhile_is_told_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "run.specrec"
    with RecordingWriter(path, small_header(small_settings())) as writer:
        path.unlink()
        with pytest.raises(RecordingError, match="removed while it was written"):
            writer.finish(2)


def test_a_full_disk_at_any_byte_is_told_and_keeps_what_was_there(tmp_path: Path) -> None:
    """The kernel's limit of a file's size stands for a full disk."""
    old = recorded(tmp_path / "run.specrec", "old")
    before = old.read_bytes()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        for size in range(0, len(before) - 40, 7):
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
            with pytest.raises(RecordingError, match=r"partial: cannot be written on"):
                recorded(old, "new", overwrite=True)
            assert old.read_bytes() == before
            [left] = tmp_path.glob("*.partial")
            assert left.stat().st_size == size
            left.unlink()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert title(recorded(old, "new", overwrite=True)) == "new"


def test_a_disk_that_fails_at_the_end_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = recorded(tmp_path / "run.specrec", "old")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output_file.os, "fsync", fail)
    with pytest.raises(RecordingError, match=r"No space left .*run\.specrec\.partial"):
        recorded(path, "new", overwrite=True)
    with pytest.raises(RecordingError, match="No space left"):
        write_file(tmp_path / "other.json", [b"{}"], overwrite=False)
    assert title(path) == "old"
    assert not (tmp_path / "other.json").exists()


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    path = recorded(tmp_path / "run.specrec", "old")
    code = (
        "import sys, time; from pathlib import Path\n"
        "from specrecord.recording.output_file import OutputFile\n"
        "file = OutputFile(Path(sys.argv[1]), overwrite=True); file.write(b'x')\n"
        "print('there', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        with pytest.raises(RecordingError, match="being written"):
            recorded(path, "new", overwrite=True)
        process.kill()
    assert title(recorded(path, "new", overwrite=True)) == "new"
