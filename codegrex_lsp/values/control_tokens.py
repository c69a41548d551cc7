"""Strings that a model reads as control and not as text: fill-in-the-middle and chat markers.

Source: the tokenizer files of the families in `providers.fim` and of the chat models that serve
them. The gate neutralises each of them in whatever it clears; `providers` alone may write them.
"""

from __future__ import annotations

from typing import Final

_FILL_IN: Final = (
    # Qwen2.5-Coder, CodeGemma, Granite 4
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
    "<|file_separator|>",
    "<|filename|>",
    "<|reponame|>",
    # StarCoder, StarCoder2, Granite Code, Stable Code, SmolLM2
    "<fim_prefix>",
    "<fim_suffix>",
    "<fim_middle>",
    "<fim_pad>",
    "<repo_name>",
    "<reponame>",
    "<file_sep>",
    "<filename>",
    "<gh_stars>",
    "<issue_start>",
    "<issue_comment>",
    "<issue_closed>",
    "<jupyter_start>",
    "<jupyter_text>",
    "<jupyter_code>",
    "<jupyter_output>",
    "<jupyter_script>",
    "<empty_output>",
    "<commit_before>",
    "<commit_msg>",
    "<commit_after>",
    # SantaCoder
    "<fim-prefix>",
    "<fim-suffix>",
    "<fim-middle>",
    "<fim-pad>",
    # Code Llama
    "<PRE>",
    "<SUF>",
    "<MID>",
    "<EOT>",
    # DeepSeek Coder
    "<\uff5cfim\u2581begin\uff5c>",
    "<\uff5cfim\u2581hole\uff5c>",
    "<\uff5cfim\u2581end\uff5c>",
    # Codestral
    "[PREFIX]",
    "[MIDDLE]",
    "[SUFFIX]",
    # Seed-Coder
    "<[fim-prefix]>",
    "<[fim-suffix]>",
    "<[fim-middle]>",
    # GLM
    "<|code_prefix|>",
    "<|code_suffix|>",
    "<|code_middle|>",
)

_CHAT: Final = (
    # ChatML: Qwen, SmolLM2 and many others
    "<|im_start|>",
    "<|im_end|>",
    "<|im_sep|>",
    "<|endoftext|>",
    # Sentence marks of the SentencePiece models
    "<s>",
    "</s>",
    "<bos>",
    "<eos>",
    # Llama 2, Mistral
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_CALLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    # Llama 3
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|python_tag|>",
    # Gemma
    "<start_of_turn>",
    "<end_of_turn>",
    # Phi, GLM
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|observation|>",
    "<|end|>",
    "[gMASK]",
    "<sop>",
    # Granite
    "<|start_of_role|>",
    "<|end_of_role|>",
    # DeepSeek
    "<|EOT|>",
    "<|begin\u2581of\u2581sentence|>",
    "<|end\u2581of\u2581sentence|>",
    "<\uff5cbegin\u2581of\u2581sentence\uff5c>",
    "<\uff5cend\u2581of\u2581sentence\uff5c>",
    "<\uff5cUser\uff5c>",
    "<\uff5cAssistant\uff5c>",
    # Seed-Coder
    "<[begin\u2581of\u2581sentence]>",
    "<[end\u2581of\u2581sentence]>",
    # gpt-oss
    "<|start|>",
    "<|message|>",
    "<|channel|>",
    "<|constrain|>",
    "<|call|>",
    "<|return|>",
    # Command R
    "<BOS_TOKEN>",
    "<EOS_TOKEN>",
    "<|START_OF_TURN_TOKEN|>",
    "<|END_OF_TURN_TOKEN|>",
    "<|USER_TOKEN|>",
    "<|CHATBOT_TOKEN|>",
    "<|SYSTEM_TOKEN|>",
)

CONTROL_TOKENS: Final = _FILL_IN + _CHAT
"""Every control string of every family, each once, matched exactly and with its case."""
