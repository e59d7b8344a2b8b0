// The certified OpenID provider for Node, with people of its own, a page to sign in
// that asks no password, and a second step that one may take or leave. It ends when
// its standard input does.
import http from "node:http";
import { pathToFileURL } from "node:url";

const seed = JSON.parse(process.env.OIDC_SEED);
seed.people ??= {};
const { default: Provider, interactionPolicy } = await import(pathToFileURL(seed.library));

const escaped = (s) => String(s).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const page = (title, body) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>${title}</title></head><body><main><h1>${title}</h1>${body}</main></body></html>`;

let provider;
const server = http.createServer(async (req, res) => {
  const at = /^\/interaction\/([\w-]+)$/.exec(req.url);
  if (!at) return provider.callback()(req, res);
  try {
    const details = await provider.interactionDetails(req, res);
    if (req.method === "GET") {
      const people = Object.keys(seed.people).map((p) => `<button name="login" value="${escaped(p)}">${escaped(p)}</button>`);
      res.setHeader("content-type", "text/html; charset=utf-8");
      res.end(page("Organisation sign-in", `<form method="post"><label><input type="checkbox" name="second" value="yes"> second step</label> ${people.join(" ")} <button name="stop" value="yes">stop</button></form>`));
      return;
    }
    let body = "";
    for await (const chunk of req) body += chunk;
    const form = new URLSearchParams(body);
    if (form.get("stop")) {
      await provider.interactionFinished(req, res, { error: "access_denied", error_description: "stopped" }, { mergeWithLastSubmission: false });
      return;
    }
    const second = form.get("second") === "yes";
    const login = { accountId: form.get("login"), remember: false, acr: second ? "two-steps" : "password", amr: second ? ["pwd", "mfa"] : ["pwd"] };
    await provider.interactionFinished(req, res, { login, select_account: {} }, { mergeWithLastSubmission: false });
  } catch (err) {
    res.statusCode = 500;
    res.end(String(err));
  }
});

await new Promise((done) => server.listen(seed.port, "127.0.0.1", done));
// Another name than tests have for their own pages, so that a browser takes the two for
// different sites.
const issuer = `http://localhost:${server.address().port}`;

const policy = interactionPolicy.base();
if (seed.chooses) policy.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }), 0);

provider = new Provider(issuer, {
  clients: [{
    client_id: seed.client, client_secret: seed.secret, redirect_uris: seed.redirects, post_logout_redirect_uris: seed.after ?? [],
    ...(seed.tells ? { backchannel_logout_uri: seed.tells, backchannel_logout_session_required: !seed.everywhere } : {}),
    response_types: ["code"], grant_types: ["authorization_code"],
  }],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: !!seed.tells },
    rpInitiatedLogout: { enabled: true, logoutSource: (ctx, form) => {
      ctx.body = page("Sign out of the organisation?", `${form}<button form="op.logoutForm" name="logout" value="yes">yes</button> <button form="op.logoutForm">no</button>`);
    }, postLogoutSuccessSource: (ctx) => {
      ctx.body = page("Signed out of the organisation", "");
    } },
  },
  // What it tells goes to this machine, and may take as long as a busy one takes.
  fetch: (url, { dispatcher, signal, ...options }) => fetch(url, options),
  jwks: { keys: [seed.key] },
  interactions: { policy, url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  acrValues: ["password", "two-steps"],
  claims: { openid: ["sub", "acr", "amr"], email: ["email", "email_verified"], chat: ["chat_id"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["of this run alone"] },
  findAccount: (ctx, id) => seed.people[id] && { accountId: id, claims: async () => ({ ...seed.people[id], sub: seed.people[id].sub || id }) },
  // Nobody is asked what the client may know: it is the organisation's own.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid email chat");
    await grant.save();
    return grant;
  },
});

// What became of telling the client that somebody signed out.
provider.on("backchannel.success", () => console.log("told"));
provider.on("backchannel.error", (ctx, err) => console.log(`not told ${err.message}`));

console.log(`ready ${issuer}`);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
