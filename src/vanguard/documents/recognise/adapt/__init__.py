"""The packaged Arabic data of Tesseract, taught more letters and faces on generated pages. Nothing that reads imports it."""
