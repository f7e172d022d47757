"""The vision-language reader: any served model, asked over the client, its answers never trusted as they come."""
