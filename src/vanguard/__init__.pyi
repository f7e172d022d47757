from vanguard.sdk import AsyncClient as AsyncClient
from vanguard.sdk import Client as Client

__version__: str
