"""Page images: opening them, and making them what an OCR engine reads best."""
