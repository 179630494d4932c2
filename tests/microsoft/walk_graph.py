"""Microsoft's Graph SDK against the sandbox: profile, folders, lists and pages, delta, MIME, marks, drafts, attachments, sending, batch."""

import asyncio
import time

import httpx
import msal
from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from kiota_abstractions.serialization import ParseNodeFactoryRegistry  # noqa: F401  registers the JSON factories
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.graph_request_adapter import options
from msgraph.generated.models.attachment_item import AttachmentItem
from msgraph.generated.models.attachment_type import AttachmentType
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.file_attachment import FileAttachment
from msgraph.generated.models.internet_message_header import InternetMessageHeader
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.users.item.mail_folders.item.messages.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.mail_folders.item.messages.messages_request_builder import MessagesRequestBuilder
from msgraph.generated.users.item.messages.item.attachments.create_upload_session.create_upload_session_post_request_body import (
    CreateUploadSessionPostRequestBody,
)
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import SendMailPostRequestBody
from msgraph_core import GraphClientFactory
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

from sandbox import CLIENT, REDIRECT, SCOPES, WALKER, Browser, authority, main
from tools import CUSTOMER, Token, recipient

IMMUTABLE = 'IdType="ImmutableId"'


def sign_in(sandbox):
    tenant, discovery = authority(sandbox)
    app = msal.ConfidentialClientApplication(
        CLIENT["client_id"], client_credential=CLIENT["client_secret"], authority=tenant, instance_discovery=discovery, verify=sandbox.ca or True
    )
    flow = app.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT, login_hint=WALKER)
    tokens = app.acquire_token_by_auth_code_flow(flow, Browser(sandbox).sign_in(flow["auth_uri"]))
    return tokens["access_token"]


def with_headers(query=None, *preferences):
    headers = HeadersCollection()
    for preference in (IMMUTABLE, *preferences):
        headers.add("Prefer", preference)
    return RequestConfiguration(query_parameters=query, headers=headers)


def mime(number):
    return (
        f"From: \"Carla Customer\" <{CUSTOMER}>\r\nTo: <{WALKER}>\r\nSubject: Walk {number:02}\r\nDate: Fri, 20 Nov 2026 10:{number:02}:00 +0900\r\n"
        f"Message-ID: <walk-{number}-{time.time_ns()}@elsewhere.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nこんにちは {number}\r\n"
    ).encode()


async def expect_error(checks, what, call, status, code):
    try:
        await call
    except ODataError as error:
        checks.equal(what, (error.response_status_code, error.error.code), (status, code))
        checks.that(f"{what}: has a message", error.error.message, error.error)
    else:
        checks.that(what, False, "no error came")


async def walk_mailbox(sandbox, checks):
    sandbox.prepare()
    sandbox.call("DELETE", "faults")
    client = httpx.AsyncClient(verify=sandbox.tls, timeout=60)
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token(sign_in(sandbox))), GraphClientFactory.create_with_default_middleware(client=client, options=options))
    adapter.base_url = f"{sandbox.base}/v1.0"
    me = GraphServiceClient(request_adapter=adapter).me

    profile = await me.get()
    checks.equal("/me", (profile.mail, profile.user_principal_name, profile.display_name), (WALKER, WALKER, "Wanda Walker"))
    checks.that("/me has an id", profile.id, profile)

    folders = await me.mail_folders.get()
    checks.that("folders are listed", any(folder.display_name == "Inbox" for folder in folders.value), [folder.display_name for folder in folders.value])
    inbox = me.mail_folders.by_mail_folder_id("inbox")

    delivered = [sandbox.deliver(mime(number)) for number in range(25)]
    folder = await inbox.get()
    checks.that("the folder counts", folder.total_item_count >= 25 and folder.unread_item_count >= 25, (folder.total_item_count, folder.unread_item_count))

    # Lists.
    Query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters
    page = await inbox.messages.get()
    checks.equal("ten a page unless asked", len(page.value), 10)
    checks.that("a next page is named", page.odata_next_link, page)
    page = await inbox.messages.get(with_headers(Query(top=7, select=["subject", "receivedDateTime", "isRead"], orderby=["receivedDateTime desc"])))
    found = []
    while True:
        found += page.value
        if not page.odata_next_link:
            break
        page = await inbox.messages.with_url(page.odata_next_link).get(with_headers())
    ids = {message.id for message in found}
    checks.that("paging gives each once", len(ids) == len(found) >= 25, (len(ids), len(found)))
    checks.that("with the immutable ids of the control API", {one["id"] for one in delivered} <= ids, "")
    checks.that("newest first", all(a.received_date_time >= b.received_date_time for a, b in zip(found, found[1:])), "")
    checks.that("only what was selected", all(message.body is None and message.subject is not None for message in found if message.id in {one["id"] for one in delivered}), "")

    # One message.
    one = me.messages.by_message_id(delivered[0]["id"])
    message = await one.get(with_headers())
    checks.equal("a message", (message.subject, message.from_.email_address.address, message.is_read, message.is_draft), ("Walk 00", CUSTOMER, False, False))
    checks.equal("its Message-ID", message.internet_message_id, delivered[0]["internetMessageId"])
    checks.equal("its body comes as HTML", message.body.content_type, BodyType.Html)
    message = await one.get(with_headers(None, 'outlook.body-content-type="text"'))
    checks.equal("or as text when preferred", (message.body.content_type, message.body.content.strip()), (BodyType.Text, "こんにちは 0"))
    other = await me.messages.by_message_id(delivered[0]["id"]).get()
    checks.that("without the preference ids are the mutable ones", other.id != delivered[0]["id"], other.id)
    raw = await one.content.get(with_headers())
    checks.that("MIME by $value", b"Subject: Walk 00" in raw and "こんにちは 0".encode() in raw or b"base64" in raw, raw[:400])

    # Marks.
    changed = await one.patch(Message(is_read=True, categories=["Postdesk", "Red category"]), with_headers())
    checks.equal("read and categorised", (changed.is_read, changed.categories), (True, ["Postdesk", "Red category"]))
    await expect_error(checks, "received mail is not rewritten", one.patch(Message(body=ItemBody(content="other", content_type=BodyType.Text)), with_headers()), 403, "ErrorAccessDenied")
    await expect_error(checks, "an unknown id", me.messages.by_message_id("AAMkAGnothing").get(with_headers()), 400, "ErrorInvalidIdMalformed")

    # Delta.
    delta = await inbox.messages.delta.get(with_headers(DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(select=["subject", "isRead"]), "odata.maxpagesize=10"))
    seen = set()
    for _ in range(100):
        seen |= {message.id for message in delta.value}
        if delta.odata_delta_link:
            break
        delta = await inbox.messages.delta.with_url(delta.odata_next_link).get(with_headers(None, "odata.maxpagesize=10"))
    checks.that("delta gives all", ids <= seen, len(ids - seen))
    new = sandbox.deliver(mime(40))
    await me.messages.by_message_id(delivered[1]["id"]).patch(Message(is_read=True), with_headers())
    await me.messages.by_message_id(delivered[2]["id"]).delete(with_headers())
    delta = await inbox.messages.delta.with_url(delta.odata_delta_link).get(with_headers())
    changes = {message.id: message for message in delta.value}
    checks.that("then the new one", new["id"] in changes and changes[new["id"]].subject == "Walk 40", list(changes))
    checks.that("the changed one", delivered[1]["id"] in changes, list(changes))
    checks.that("and the one that left, as removed", "@removed" in changes[delivered[2]["id"]].additional_data, changes[delivered[2]["id"]].additional_data)

    await walk_sending(sandbox, checks, adapter, me)
    await walk_batch(checks, adapter, me, delivered)


async def walk_sending(sandbox, checks, adapter, me):
    draft = await me.messages.post(
        Message(
            subject="Draft of the walk",
            body=ItemBody(content="<p>Hello <b>there</b></p>", content_type=BodyType.Html),
            to_recipients=[recipient(CUSTOMER, "Carla Customer")],
            internet_message_headers=[InternetMessageHeader(name="X-Walk", value="yes")],
        ),
        with_headers(),
    )
    checks.that("a draft has an id and a Message-ID", draft.id and draft.internet_message_id and draft.is_draft, draft)
    one = me.messages.by_message_id(draft.id)

    small = await one.attachments.post(FileAttachment(name="small.csv", content_type="text/csv", content_bytes=b"a,b\r\n1,2\r\n", odata_type="#microsoft.graph.fileAttachment"), with_headers())
    checks.equal("a small attachment", (small.name, small.content_type), ("small.csv", "text/csv"))

    # The SDK's LargeFileUploadTask looks for `nextExpectedRanges`, Outlook answers `NextExpectedRanges`: it cannot work with
    # mail on the real service either. So the session is the SDK's, the ranges are put by hand.
    content = bytes(i * 31 % 251 for i in range(4_000_000))
    session = await one.attachments.create_upload_session.post(
        CreateUploadSessionPostRequestBody(attachment_item=AttachmentItem(attachment_type=AttachmentType.File, name="large.bin", size=len(content), content_type="application/octet-stream")),
        with_headers(),
    )
    checks.that("an upload session", session.upload_url and session.expiration_date_time, session)
    async with httpx.AsyncClient(verify=sandbox.tls, timeout=60) as plain:
        step = 320 * 1024 * 6
        for start in range(0, len(content), step):
            piece = content[start : start + step]
            answer = await plain.put(session.upload_url, content=piece, headers={"Content-Range": f"bytes {start}-{start + len(piece) - 1}/{len(content)}", "Content-Type": "application/octet-stream"})
            last = start + step >= len(content)
            checks.equal(f"range from {start}", answer.status_code, 201 if last else 200)
            if last:
                checks.that("the last range answers where the attachment is", answer.headers.get("location") and not answer.content, answer.headers)
            else:
                checks.equal("the next range is named", answer.json()["NextExpectedRanges"], [str(start + step)])
    attachments = await one.attachments.get(with_headers())
    checks.equal("both are there", sorted(attachment.name for attachment in attachments.value), ["large.bin", "small.csv"])
    large = next(attachment for attachment in attachments.value if attachment.name == "large.bin")
    again = await one.attachments.by_attachment_id(large.id).get(with_headers())
    checks.that("the large one is whole", again.content_bytes == content, again.size)

    await one.send.post(with_headers())
    sent = None
    for _ in range(50):
        try:
            sent = await one.get(with_headers())
        except ODataError as error:
            checks.equal("while it travels it may be missing", error.response_status_code, 404)
        if sent and not sent.is_draft:
            break
        await asyncio.sleep(0.2)
    folder = await me.mail_folders.by_mail_folder_id("sentitems").get()
    checks.that("the sent copy has the draft's immutable id and lies in Sent Items", sent and sent.id == draft.id and sent.parent_folder_id == folder.id, sent)
    checks.equal("and its Message-ID", sent.internet_message_id, draft.internet_message_id)
    arrived = [mail for mail in sandbox.outside_messages(CUSTOMER) if mail["internetMessageId"] == draft.internet_message_id]
    checks.equal("the customer has it once", len(arrived), 1)

    await me.send_mail.post(
        SendMailPostRequestBody(message=Message(subject="At once", body=ItemBody(content="Now.", content_type=BodyType.Text), to_recipients=[recipient(CUSTOMER)]), save_to_sent_items=True),
        with_headers(),
    )
    for _ in range(50):
        arrived = [mail for mail in sandbox.outside_messages(CUSTOMER) if mail["subject"] == "At once"]
        if arrived:
            break
        await asyncio.sleep(0.2)
    checks.equal("sendMail arrives", len(arrived), 1)
    await expect_error(
        checks,
        "headers must begin with x-",
        me.messages.post(Message(subject="x", internet_message_headers=[InternetMessageHeader(name="Auto-Submitted", value="auto-replied")]), with_headers()),
        400,
        "InvalidInternetMessageHeader",
    )


async def walk_batch(checks, adapter, me, delivered):
    content = BatchRequestContent()
    expected = {}
    for one in delivered[3:8]:
        information = me.messages.by_message_id(one["id"]).to_patch_request_information(Message(is_read=True, categories=["Batch"]), with_headers())
        information.path_parameters["baseurl"] = adapter.base_url
        item = BatchRequestItem(information)
        item.set_url(item.url)  # a batch takes relative addresses only
        content.add_request(item.id, item)
        expected[item.id] = 200
    missing = me.messages.by_message_id("AAMkAGnothing").to_get_request_information(with_headers())
    missing.path_parameters["baseurl"] = adapter.base_url
    item = BatchRequestItem(missing)
    item.set_url(item.url)
    content.add_request(item.id, item)
    expected[item.id] = 400
    answer = await BatchRequestBuilder(adapter).post(content)
    statuses = answer.get_response_status_codes()
    checks.equal("each part of a batch is judged alone", {key: int(value) for key, value in statuses.items()}, expected)
    marked = await me.messages.by_message_id(delivered[3]["id"]).get(with_headers())
    checks.equal("and done", (marked.is_read, marked.categories), (True, ["Batch"]))


main(lambda sandbox, checks: asyncio.run(walk_mailbox(sandbox, checks)))
