"""What the gateway answers itself or hands to control: health, metrics, model lists, refusals."""
