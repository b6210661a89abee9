"""Recomputes every verdict of a recording from its own numbers, and names what does not follow."""

from specrecord.recording.audit.events import Finding as Finding
from specrecord.recording.audit.events import Report as Report
from specrecord.recording.audit.events import audit_recording as audit_recording
from specrecord.recording.audit.events import audit_report as audit_report
