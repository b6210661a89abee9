"""Every error specrecord raises on purpose. The command line turns each into one line and an exit
code.

SpecrecordError                something is wrong and the message says what, where and what to do
  x UsageError                 the caller asked for something that cannot be: exit code 2
    + UnknownModelError        no model has that name
    + VocabularyMismatchError  draft and target do not share a vocabulary
    + UnsupportedModelError    the model cannot do what is needed (roll back its cache, for one)
  x RecordingError             a recording cannot be read: exit code 2
    + NotARecordingError       the bytes are something else
    + UnsupportedVersionError  a version from the future
  x FindingError               a check ran and found something: exit code 1
"""


class SpecrecordError(Exception):
    """Root of the tree. `exit_code` is what the process returns."""

    exit_code = 2


class UsageError(SpecrecordError):
    """The request itself cannot be carried out."""


class UnknownModelError(UsageError):
    """No model answers to this name."""


class VocabularyMismatchError(UsageError):
    """Draft and target number their tokens differently."""


class UnsupportedModelError(UsageError):
    """A model was found but cannot be used here."""


class RecordingError(SpecrecordError):
    """A recording could not be read or written."""


class NotARecordingError(RecordingError):
    """The bytes do not begin as a recording does."""


class UnsupportedVersionError(RecordingError):
    """The recording comes from a newer specrecord."""


class FindingError(SpecrecordError):
    """A check was carried out and something does not hold."""

    exit_code = 1
