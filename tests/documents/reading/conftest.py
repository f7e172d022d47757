from support.documents.files import blobs, born_digital, no_file_stays_open, scan

__all__ = ["blobs", "born_digital", "no_file_stays_open", "scan"]
