"""What is public by design stays: a model can only help with code whose names it sees."""

from __future__ import annotations

import pytest

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.provider_rules import ProviderRules
from tests.support.templates import expand

PUBLIC = {
    "Stripe publishable key": "pk = '{pk_live_}{A-Za-z0-9*24}'",
    "Mapbox public token": "{pk.eyJ1}{A-Za-z0-9*70}.{A-Za-z0-9_-*22}",
    "PostHog project key": "posthog.init('{phc_}{A-Za-z0-9*43}')",
    "Sentry address": "dsn='https://{0-9a-f*32}@o{0-9*5}.ingest.sentry.io/{0-9*7}'",
    "reCAPTCHA site key": 'data-sitekey="{6L}{A-Za-z0-9_-*38}"',
    "Algolia search key": "algolia_search_key = '{0-9a-f*32}'",
    "Supabase publishable key": "{sb_publishable_}{A-Za-z0-9*22}_{A-Za-z0-9*8}",
    "Square application id": "{sq0idp-}{A-Za-z0-9_-*22}",
    "Flutterwave public key": "{FLWPUBK-}{0-9a-f*32}-X",
    "Langfuse public key": "{pk-lf-}{0-9a-f*8}-{0-9a-f*4}-{0-9a-f*4}-{0-9a-f*4}-{0-9a-f*12}",
    "AWS role id": "aws_role = {AROA}{A-Z2-7*16}",
    "AWS resource name": "arn:aws:iam::{0-9*12}:role/deploy-{a-z*8}",
    "AWS resource of a secret": "arn:aws:secretsmanager:eu-west-1:{0-9*12}:secret:db-{A-Za-z*6}",
    "Oracle Cloud id": "ocid1.user.oc1..{a-z0-9*60}",
    "Twilio account id": "TWILIO_ACCOUNT_SID={AC}{0-9a-f*32}",
    "Google client id": "{0-9*12}-{a-z0-9*32}.apps.googleusercontent.com",
    "GitHub app's client id": "client_id: Iv1.{0-9a-f*16}",
    "certificate": "-----BEGIN CERTIFICATE-----\nMII{A-Za-z0-9+/*61}\n-----END CERTIFICATE-----",
    "ssh public key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{A-Za-z0-9+/*43} me@host",
    "ssh public key of the old kind": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ{A-Za-z0-9+/*300}",
    "age recipient": "age1{qpzry9x8gf2tvdw0s3jn54khce6mua7l*58}",
    "WireGuard public key": "PublicKey = {A-Za-z0-9+/*43}=",
    "NATS public key": "nats user U{A-Z2-7*55}",
    "extended public key": "xpub{1-9A-HJ-NP-Za-km-z*107}",
    "JSON web key's public part": '"kty":"EC","x":"{A-Za-z0-9_-*43}","y":"{A-Za-z0-9_-*43}"',
    "commit on a host": "uses: github/codeql-action@{0-9a-f*40}",
    "image digest": "FROM node@sha256:{0-9a-f*64}",
    "package hash": "--hash=sha256:{0-9a-f*64}",
    "lock file": '"integrity": "sha512-{A-Za-z0-9+/*86}=="',
    "Go check sum": "github.com/a/b v1.2.3 h1:{A-Za-z0-9+/*43}=",
    "UUID": "id = '{0-9a-f*8}-{0-9a-f*4}-4{0-9a-f*3}-a{0-9a-f*3}-{0-9a-f*12}'",
    "transaction": "tx = 0x{0-9a-f*64}",
    "contract address": "contract = '0x{0-9a-fA-F*40}'",
    "image": "src='data:image/png;base64,iVBORw0KGgo{A-Za-z0-9+/*200}'",
    "documented AWS key": "{AKIA}{A-Z2-7*9}EXAMPLE",
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine([ProviderRules()])


@pytest.mark.parametrize("what", PUBLIC)
def test_what_is_public_stays(engine: Engine, what: str) -> None:
    for seed in range(20):
        text = expand(PUBLIC[what], seed).text
        assert engine.spans(text, level="secrets") == (), text


@pytest.mark.parametrize(
    "words",
    [
        "github_token = os.environ['GITHUB_TOKEN']",
        "stripe.api_key = settings.STRIPE_SECRET_KEY",
        "SLACK_TOKEN=${SLACK_TOKEN}",
        "aws_secret_access_key: {{ vault_aws_secret }}",
        'datadog_api_key = "<your-datadog-api-key>"',
        "heroku_key = get_heroku_key_from_the_environment(name)",
        "def twilio_token_validator(request, secret_key_path): ...",
        "class DiscordTokenStore(TokenStore): pass",
        "the okta token is read from the keychain when the program starts",
        "from sentry_sdk.integrations.token_authentication_middleware import x",
    ],
)
def test_code_that_only_speaks_of_secrets_stays(engine: Engine, words: str) -> None:
    assert engine.spans(words, level="secrets", language="yaml") == ()
