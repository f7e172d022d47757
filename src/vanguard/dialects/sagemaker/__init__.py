"""SageMaker endpoints: an envelope of AWS around the bodies that the model's container speaks."""
