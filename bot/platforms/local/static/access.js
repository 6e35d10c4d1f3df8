// The access token: from the address once, or typed; the server gives a cookie that no script can read.

import { $ } from "./dom.js";

export async function unlock(open) {
  const given = new URLSearchParams(location.hash.slice(1)).get("access");
  if (given) history.replaceState(null, "", location.pathname);
  if (given && (await offer(given))) return open();
  $("access").addEventListener("cancel", (event) => event.preventDefault());
  if (!$("access").open) $("access").showModal();
  $("access-form").onsubmit = async (event) => {
    event.preventDefault();
    const right = await offer($("access-token").value.trim());
    $("access-wrong").hidden = right;
    if (right) {
      $("access").close();
      open();
    }
  };
  return undefined;
}

async function offer(token) {
  const answer = await fetch("/access", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Toehold": "page" },
    body: JSON.stringify({ token }),
  }).catch(() => null);
  return answer?.ok ?? false;
}
