// The page's sentences, as the server's catalogue has them. Fields are filled once: a value is never read as a template.

let forms = {};

export function learn(words) {
  forms = words;
}

export function word(id, fields = {}) {
  const [one, many] = forms[`local.page.${id}`] ?? [id];
  const form = many !== undefined && fields.n !== 1 ? many : one;
  return form.replace(/\{(\w+)\}/g, (_, name) => String(fields[name] ?? ""));
}
