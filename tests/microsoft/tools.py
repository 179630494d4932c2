"""What the walks with the Graph SDK share."""

from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.recipient import Recipient

CUSTOMER = "customer@elsewhere.example"


class Token(AccessTokenProvider):
    """The token MSAL got."""

    def __init__(self, token):
        self.token = token

    async def get_authorization_token(self, uri, additional_authentication_context=None):
        return self.token

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator([])


def recipient(address, name=None):
    return Recipient(email_address=EmailAddress(address=address, name=name))
