"""What is done with tensors: the only place of `documents` that loads torch, transformers, TRL and PEFT.

It does not know gates or folders of runs.
"""

import huggingface_hub.constants

# Before any of the libraries is loaded, for some of them copy it.
huggingface_hub.constants.HF_HUB_OFFLINE = True
