"""What pages say: texts with their licence and split, words for forms, digits and marks."""
