"""Provider formats: one row for each kind of token that its own prefix gives away.

A row is (type, prefixes, characters that follow, fewest of them). The whole run of those
characters is masked, however long, so that a longer edition of a token leaks no tail. Rows come
from the providers' public documents and from well-known samples.

Public by design and so not here: Stripe `pk_`, Mapbox `pk.`, PostHog `phc_`, key ids, ARNs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

ALNUM: Final = "A-Za-z0-9"
URL64: Final = r"A-Za-z0-9_\-"
DOTTED: Final = r"A-Za-z0-9_\-."
BASE64: Final = r"A-Za-z0-9+/=_\-"
HEX: Final = "0-9a-f"
HEX_DASH: Final = r"0-9a-fA-F\-"
UPPER: Final = "A-Z0-9"


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of token.

    Attributes:
        type: Name for people and the ledger.
        prefixes: How it begins, with its case.
        characters: What may follow, as the inside of a regular expression's set.
        fewest: How many of them at least.
        needs_digit: Whether a run without any digit is not one (the prefix is a common word).
    """

    type: str
    prefixes: tuple[str, ...]
    characters: str
    fewest: int
    needs_digit: bool = False

    def example(self, prefix: str) -> str:
        """A made-up token of this format, put together here so that no file holds one."""
        fitting = re.findall(f"[{self.characters}]", "7q0Zf1Ew2Xd9Rc4Vt1By6AS8ke3b")
        body = "".join(fitting)
        return prefix + (body * (self.fewest // len(body) + 1))[: self.fewest]


FORMATS: Final = (
    # Cloud
    Format("aws-access-key", ("AKIA", "ASIA", "ABIA", "ACCA"), UPPER, 16),
    Format("aws-bedrock-key", ("ABSK",), BASE64, 100),
    Format("aws-mws-key", ("amzn.mws.",), HEX_DASH, 36),
    Format("google-api-key", ("AIza",), URL64, 35),
    Format("google-oauth-secret", ("GOCSPX-",), URL64, 24),
    Format("google-oauth-token", ("ya29.",), URL64, 20),
    Format("alibaba-access-key", ("LTAI",), ALNUM, 16),
    Format("tencent-secret-id", ("AKID",), ALNUM, 32),
    Format("digitalocean-token", ("dop_v1_", "doo_v1_", "dor_v1_"), HEX, 40),
    Format("heroku-key", ("HRKU-",), URL64, 36),
    Format("cloudflare-origin-key", ("v1.0-",), HEX_DASH, 100),
    Format("planetscale-token", ("pscale_tkn_", "pscale_pw_", "pscale_oauth_"), DOTTED, 32),
    Format("supabase-key", ("sbp_", "sb_secret_"), URL64, 20),
    Format("vault-token", ("hvs.", "hvb.", "hvr."), URL64, 24),
    Format("doppler-token", ("dp.pt.", "dp.ct.", "dp.st.", "dp.sa.", "dp.scim."), DOTTED, 40),
    Format("pulumi-token", ("pul-",), HEX, 40),
    Format("fly-token", ("fo1_", "fm1a_", "fm1r_", "fm2_"), BASE64, 40),
    Format("docker-token", ("dckr_pat_", "dckr_oat_"), URL64, 20),
    Format("docker-swarm-token", ("SWMTKN-1-", "SWMKEY-1-"), URL64, 40),
    Format("tailscale-key", ("tskey-auth-", "tskey-api-", "tskey-client-"), URL64, 16),
    Format("1password-token", ("ops_eyJ",), BASE64, 100),
    # Source code, builds, packages
    Format("github-token", ("ghp_", "gho_", "ghu_", "ghr_"), r"A-Za-z0-9_", 36),
    Format("github-app-token", ("ghs_",), DOTTED, 36),
    Format("github-fine-grained-token", ("github_pat_",), r"A-Za-z0-9_", 40),
    Format(
        "gitlab-token",
        tuple(
            f"{kind}-"
            for kind in ("glpat", "gldt", "glrt", "glft", "glsoat", "glcbt", "glptt", "glimt")
        ),
        DOTTED,
        20,
    ),
    Format("gitlab-token", ("glagent-", "gloas-", "glffct-"), DOTTED, 20),
    Format("gitlab-runner-token", ("GR1348941",), URL64, 20),
    Format("bitbucket-token", ("ATBB",), ALNUM, 24),
    Format("atlassian-token", ("ATATT3", "ATCTT3"), BASE64, 60),
    Format("npm-token", ("npm_",), ALNUM, 36),
    Format("pypi-token", ("pypi-AgE",), URL64, 50),
    Format("rubygems-key", ("rubygems_",), HEX, 40),
    Format("nuget-key", ("oy2",), "a-z0-9", 43),
    Format("artifactory-key", ("AKCp",), ALNUM, 60),
    Format("artifactory-reference-token", ("cmVmdGtu",), BASE64, 50),
    Format("sonar-token", ("squ_", "sqp_", "sqa_"), HEX, 40),
    Format("buildkite-token", ("bkua_",), HEX, 32),
    Format("sourcegraph-token", ("sgp_",), r"0-9a-zA-Z_", 40),
    Format("postman-key", ("PMAK-",), HEX_DASH, 50),
    Format("terraform-token", ("atlasv1.",), URL64, 60),
    Format("prefect-key", ("pnu_",), ALNUM, 36),
    # Models
    Format("anthropic-key", ("sk-ant-",), URL64, 24),
    Format("openai-key", ("sk-proj-", "sk-svcacct-", "sk-admin-"), URL64, 24),
    Format("openrouter-key", ("sk-or-v1-",), HEX, 32),
    Format("sk-key", ("sk-",), URL64, 20, needs_digit=True),
    Format("huggingface-token", ("hf_", "api_org_"), ALNUM, 30),
    Format("groq-key", ("gsk_",), ALNUM, 40),
    Format("perplexity-key", ("pplx-",), ALNUM, 32),
    Format("xai-key", ("xai-",), ALNUM, 60),
    Format("replicate-token", ("r8_",), ALNUM, 30),
    Format("langsmith-key", ("lsv2_pt_", "lsv2_sk_"), r"0-9a-z_", 32),
    Format("tavily-key", ("tvly-",), URL64, 24, needs_digit=True),
    Format("pinecone-key", ("pcsk_",), r"A-Za-z0-9_", 40),
    Format("elevenlabs-key", ("sk_",), HEX, 40),
    # Money
    Format("stripe-key", ("sk_live_", "rk_live_", "sk_test_", "rk_test_"), ALNUM, 16),
    Format("webhook-secret", ("whsec_",), BASE64, 24),
    Format("square-token", ("sq0atp-", "sq0csp-"), URL64, 22),
    Format("shopify-token", ("shpat_", "shpca_", "shppa_", "shpss_"), "0-9a-fA-F", 32),
    Format("razorpay-key", ("rzp_live_", "rzp_test_"), ALNUM, 14),
    Format("flutterwave-key", ("FLWSECK-", "FLWSECK_TEST-"), r"A-Za-z0-9\-", 30),
    Format("easypost-key", ("EZAK", "EZTK"), ALNUM, 50),
    Format("shippo-token", ("shippo_live_", "shippo_test_"), HEX, 40),
    # Messages
    Format(
        "slack-token",
        ("xoxa-", "xoxb-", "xoxe-", "xoxe.xox", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-1-"),
        DOTTED,
        16,
        needs_digit=True,
    ),
    Format(
        "slack-webhook",
        tuple(f"hooks.slack.com/{kind}/" for kind in ("services", "workflows", "triggers")),
        r"A-Za-z0-9_/+",
        30,
    ),
    Format(
        "discord-webhook",
        ("discord.com/api/webhooks/", "discordapp.com/api/webhooks/"),
        r"A-Za-z0-9_/\-",
        60,
    ),
    Format("sendgrid-key", ("SG.",), DOTTED, 60),
    Format("twilio-key", ("SK",), HEX, 32),
    Format("mailgun-key", ("key-",), HEX, 32),
    Format("brevo-key", ("xkeysib-",), r"A-Za-z0-9\-", 64),
    Format("hubspot-token", ("pat-na1-", "pat-eu1-"), HEX_DASH, 36),
    Format("typeform-token", ("tfp_",), r"A-Za-z0-9_\-.=", 40),
    # Services
    Format("newrelic-key", ("NRAK-", "NRAA-", "NRII-", "NRIQ-", "NRRA-", "NRJS-"), URL64, 19),
    Format("grafana-token", ("glsa_", "glc_"), BASE64, 32),
    Format("sentry-token", ("sntryu_", "sntrys_"), BASE64, 40),
    Format("dynatrace-token", ("dt0c01.", "dt0s01."), DOTTED, 60),
    Format("airtable-token", ("patAi", "pat"), r"A-Za-z0-9.", 76),
    Format("notion-token", ("ntn_", "secret_"), ALNUM, 43),
    Format("linear-key", ("lin_api_", "lin_oauth_"), ALNUM, 32),
    Format("figma-token", ("figd_",), URL64, 32),
    Format("databricks-token", ("dapi",), HEX_DASH, 32),
    Format("contentful-token", ("CFPAT-",), URL64, 40),
    Format("dropbox-token", ("sl.",), URL64, 120),
    Format("mapbox-secret", ("sk.eyJ",), DOTTED, 40),
    Format("posthog-key", ("phx_",), ALNUM, 32),
    Format("adafruit-key", ("aio_",), ALNUM, 28),
    Format("riot-key", ("RGAPI-",), HEX_DASH, 36),
    Format("age-secret-key", ("AGE-SECRET-KEY-1",), UPPER, 50),
    Format("facebook-token", ("EAACEdEose0cBA",), ALNUM, 20),
    # General
    Format("jwt", ("eyJ",), DOTTED + "=", 40),
    Format("paseto", ("v1.local.", "v2.local.", "v3.local.", "v4.local."), DOTTED, 40),
    Format("azure-storage-key", ("AccountKey=", "SharedAccessKey="), r"A-Za-z0-9+/=", 40),
    Format("kubernetes-token", ("sha256~",), URL64, 40),
)
