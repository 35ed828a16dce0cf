"""Signing in as the Python client does it: its web helper, `hf auth login` in a browser, and a build job without a secret."""
import configparser
import json
import os
import re
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path
from unittest.mock import patch

from report import ALICE, URL, case, case_if, refused, run_cases

import huggingface_hub
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

VERSION = tuple(int(part) for part in huggingface_hub.__version__.split(".")[:2])
COOKIE = os.environ["BROWSER"]
NO_DEVICE = "signing in by a code came with 2.x"
has_device = VERSION >= (2, 0)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def browse(address, body=None):
    headers = {"cookie": COOKIE, "accept": "text/html"}
    data = None
    if body is not None:
        data, headers["content-type"] = json.dumps(body).encode(), "application/json"
    request = urllib.request.Request(address, data=data, headers=headers)
    try:
        return urllib.request.build_opener(NoRedirect).open(request)
    except urllib.error.HTTPError as answer:
        if answer.code in (303, 204):
            return answer
        raise AssertionError(f"{answer.code} {answer.read()[:500]}")


def approve(address):
    location = browse(address).headers["location"]
    if not location.startswith("/oauth/consent"):
        return location
    request = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["request"][0]
    return json.load(browse(f"{URL}/api/v1/accounts/oauth/consent", {"request": request, "allow": True, "orgs": "all"}))["to"]


@case
def web_helper_signs_people_in():
    from fastapi import FastAPI, Request
    from fastapi.testclient import TestClient
    from huggingface_hub import attach_huggingface_oauth, parse_huggingface_oauth

    app = FastAPI()

    @app.get("/")
    def greet(request: Request):
        info = parse_huggingface_oauth(request)
        return None if info is None else {"name": info.user_info.preferred_username, "sub": info.user_info.sub, "scope": info.scope, "token": info.access_token}

    settings = dict(
        OAUTH_CLIENT_ID=os.environ["APP_ID"],
        OAUTH_CLIENT_SECRET=os.environ["APP_SECRET"],
        OAUTH_SCOPES="openid profile email",
        OPENID_PROVIDER_URL=URL,
    )
    with patch.multiple("huggingface_hub.constants", **settings), patch.dict(os.environ, {"SPACE_ID": "alice/app"}):
        attach_huggingface_oauth(app)
    client = TestClient(app, base_url="https://testserver", follow_redirects=False)
    assert client.get("/").json() is None
    login = client.get("/oauth/huggingface/login")
    assert login.status_code == 302 and login.headers["location"].startswith(f"{URL}/oauth/authorize"), login.headers
    back = approve(login.headers["location"])
    assert back.startswith("https://testserver/oauth/huggingface/callback"), back
    assert client.get(back).status_code == 307
    told = client.get("/").json()
    assert told["name"] == "alice" and told["scope"] == "openid profile email", told
    assert told["sub"] == HfApi(endpoint=URL, token=ALICE).whoami()["id"]
    # Python keeps a foreign state out by itself; a replayed code is ours to refuse.
    assert client.get(back).status_code != 200


def hf(*args, **more):
    done = subprocess.run(["hf", *args], capture_output=True, text=True, env={**os.environ, "HF_TOKEN": "", **more})
    return done.returncode, done.stdout + done.stderr


def stored_tokens():
    path = Path(os.environ["HF_HOME"], "stored_tokens")
    config = configparser.ConfigParser()
    config.read(path)
    return path, config


@case_if(has_device, NO_DEVICE)
def hf_auth_login_in_a_browser():
    login = subprocess.Popen(
        ["hf", "auth", "login", "--force"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "HF_TOKEN": "", "PYTHONUNBUFFERED": "1"},
    )
    text = ""
    while not (found := re.search(r"enter the code:? ([A-Z]{4}-[A-Z]{4})", text)):
        piece = login.stdout.readline()
        assert piece, text
        text += piece
    assert f"{URL}/oauth/device?user_code={found[1]}" in text, text
    browse(f"{URL}/api/v1/accounts/oauth/device", {"userCode": found[1], "allow": True, "orgs": "all"})
    text += login.communicate(timeout=60)[0]
    assert login.returncode == 0, text
    code, text = hf("auth", "whoami")
    assert code == 0 and "alice" in text, text
    _, tokens = stored_tokens()
    assert tokens["oauth-alice"]["hf_token"].startswith("hf_oauth_"), list(tokens)


@case_if(has_device, NO_DEVICE)
def the_login_may_do_everyday_work():
    api = HfApi(endpoint=URL)
    api.create_repo("alice/by-login", private=True)
    api.upload_file(path_or_fileobj=b"hi", path_in_repo="a.txt", repo_id="alice/by-login")
    api.create_repo("stoa/by-login", private=True)
    api.delete_repo("stoa/by-login")
    assert api.model_info("alice/by-login").private


@case_if(has_device, NO_DEVICE)
def the_login_is_renewed_before_it_ends():
    from huggingface_hub import get_token
    from huggingface_hub.utils import _auth

    path, tokens = stored_tokens()
    before = dict(tokens["oauth-alice"])
    tokens["oauth-alice"]["expires_at"] = str(int(time.time()) + 3600)
    with path.open("w") as file:
        tokens.write(file)
    _auth._OAUTH_REFRESH_CACHE = None
    fresh = get_token()
    assert fresh != before["hf_token"] and fresh.startswith("hf_oauth_")
    assert HfApi(endpoint=URL, token=fresh).whoami()["name"] == "alice"
    _, tokens = stored_tokens()
    assert tokens["oauth-alice"]["refresh_token"] != before["refresh_token"]


@case_if(has_device, NO_DEVICE)
def a_login_that_was_refused_says_so():
    from huggingface_hub.errors import DeviceCodeError
    from huggingface_hub.utils._oauth_device import poll_device_token, request_device_code

    started = request_device_code()
    browse(f"{URL}/api/v1/accounts/oauth/device", {"userCode": started["user_code"], "allow": False})
    refused(DeviceCodeError, lambda: poll_device_token(started))


@case_if(VERSION >= (2, 4), "trusted publishers came with 2.4")
def a_build_job_publishes_without_a_secret():
    from huggingface_hub._oidc import oidc_login

    repo = HfApi(endpoint=URL, token=ALICE)
    repo.create_repo("alice/from-ci", private=True)
    repo.create_repo("alice/not-from-ci", private=True)
    work = (
        "from huggingface_hub import HfApi\n"
        "HfApi().upload_file(path_or_fileobj=b'built', path_in_repo='out.txt', repo_id='alice/from-ci')\n"
    )
    job = {"HF_OIDC_RESOURCE": "alice/from-ci", "HF_OIDC_ID_TOKEN": os.environ["ID_TOKEN"], "HF_TOKEN": ""}
    done = subprocess.run(["python", "-c", work], capture_output=True, text=True, env={**os.environ, **job})
    assert done.returncode == 0, done.stderr
    assert "out.txt" in repo.list_repo_files("alice/from-ci")
    token = oidc_login(resource="alice/from-ci", subject_token=os.environ["ID_TOKEN"])["access_token"]
    ci = HfApi(endpoint=URL, token=token)
    refused(HfHubHTTPError, lambda: ci.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id="alice/not-from-ci"))
    refused(HfHubHTTPError, lambda: ci.delete_repo("alice/from-ci"))
    refused(HfHubHTTPError, lambda: oidc_login(resource="alice/not-from-ci", subject_token=os.environ["ID_TOKEN"]))
    refused(HfHubHTTPError, lambda: oidc_login(resource="alice/from-ci", subject_token=os.environ["FOREIGN_ID_TOKEN"]))


run_cases()
