"use strict";
// Texts from the server are only ever set as text, never as HTML.
const byId = (id) => document.getElementById(id);
const state = { verticals: [], filters: {}, body: null, cursor: null };
let key = sessionStorage.getItem("vitrina-key") || "";

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

async function call(path, body) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  const request = body ? { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) } : { headers };
  const response = await fetch(path, request);
  const answer = await response.json();
  if (response.status === 401) byId("key-row").hidden = false;
  if (!response.ok) throw new Error((answer.field ? `${answer.field}: ` : "") + answer.detail);
  return answer;
}

function show(error) {
  byId("error").hidden = !error;
  byId("error").textContent = error ? error.message : "";
}

async function showStatus() {
  const status = await call("/v1/status");
  const number = (value) => value.toLocaleString("en");
  const models = Object.entries(status.servingModels).map(([name, version]) => `${name}/${version}`).join(", ") || "no model yet";
  byId("status").textContent =
    `${number(status.activeItems)} items · ${number(status.users)} users · ${number(status.eventsAccepted)} events · ${models} · as of ${number(status.asOf)}`
    + (status.killSwitches.length ? ` · baseline: ${status.killSwitches.join(", ")}` : "")
    + (status.failure ? ` · NOT READY: ${status.failure}` : "");
}

function fillSurfaces() {
  const vertical = state.verticals.find((v) => v.name === byId("vertical").value);
  byId("surface").replaceChildren(...(vertical ? vertical.surfaces.map((s) => new Option(s.name)) : []));
}

// A question can be sent around as an address: ?vertical=goods&surface=search&query=…&user=…&explain=1 (opens the first explanation).
function readAddress() {
  const asked = new URLSearchParams(location.search);
  const choose = (id) => {
    if ([...byId(id).options].some((option) => option.value === asked.get(id))) byId(id).value = asked.get(id);
  };
  choose("vertical");
  fillSurfaces();
  choose("surface");
  for (const id of ["query", "user"]) if (asked.has(id)) byId(id).value = asked.get(id).slice(0, byId(id).maxLength);
  state.opens = asked.get("explain") === "1";
}

function writeAddress() {
  const asked = new URLSearchParams();
  for (const id of ["vertical", "surface", "query", "user"]) if (byId(id).value.trim()) asked.set(id, byId(id).value.trim());
  history.replaceState(null, "", `?${asked}`);
}

async function start() {
  try {
    state.verticals = await call("/v1/verticals");
    byId("vertical").replaceChildren(...state.verticals.map((v) => new Option(v.name)));
    readAddress();
    await showStatus();
    await rank(true);
  } catch (error) {
    show(error);
  }
}

const treeOf = (node, depth) =>
  `${"  ".repeat(depth)}${node.value === undefined ? "   –   " : node.value.toFixed(4).padStart(9)}  ${node.description}\n${(node.details || []).map((d) => treeOf(d, depth + 1)).join("")}`;

function itemOf(item) {
  const line = element("li");
  const button = element("button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const attributes = item.attributes || {};
  const middle = element("span");
  middle.append(element("span", "", attributes.title || item.id), element("span", "reasons", [item.id, ...item.reasons].join(" · ")));
  button.append(element("span", "place", item.position), middle, element("span", "price", attributes.price === undefined ? "" : attributes.price.toLocaleString("ru")));
  button.addEventListener("click", () => {
    const tree = line.querySelector(".tree");
    if (tree) tree.remove();
    else if (item.explanation) line.append(element("pre", "tree", treeOf(item.explanation, 0)));
    button.setAttribute("aria-expanded", String(!tree));
  });
  line.append(button);
  return line;
}

function showFacets(facets) {
  byId("facets").replaceChildren(...facets.filter((facet) => facet.values.length).map((facet) => {
    const box = element("div");
    box.append(element("h2", "", facet.attribute));
    for (const value of facet.values.slice(0, 10)) {
      const chosen = (state.filters[facet.attribute] || []).includes(value.value);
      const button = element("button");
      button.type = "button";
      button.setAttribute("aria-pressed", String(chosen));
      button.append(element("span", "", value.value), element("span", "muted", value.count));
      button.addEventListener("click", () => {
        if (chosen) delete state.filters[facet.attribute];
        else state.filters[facet.attribute] = [value.value];
        rank(true);
      });
      box.append(button);
    }
    return box;
  }));
}

function bodyOf() {
  const vertical = state.verticals.find((v) => v.name === byId("vertical").value);
  const body = { explain: true, fields: vertical.attributes.filter((a) => ["title", "price"].includes(a.name)).map((a) => a.name) };
  if (byId("query").value.trim()) body.query = byId("query").value.trim();
  if (byId("user").value.trim()) body.user = byId("user").value.trim();
  if (Object.keys(state.filters).length) body.filters = state.filters;
  const facets = vertical.attributes.filter((a) => a.facet && a.kind === "keyword").map((a) => a.name).slice(0, 4);
  if (facets.length) body.facets = facets;
  return body;
}

async function rank(isFirst) {
  show(null);
  try {
    if (isFirst) state.body = bodyOf();
    const path = `/v1/rank/${encodeURIComponent(byId("vertical").value)}/${encodeURIComponent(byId("surface").value)}`;
    const body = isFirst ? state.body : { ...state.body, cursor: state.cursor };
    const started = performance.now();
    const answer = await call(path, body);
    const items = answer.sections.flatMap((section) => section.items).map(itemOf);
    if (isFirst) byId("items").replaceChildren(...items);
    else byId("items").append(...items);
    if (state.opens) items[0]?.querySelector("button").click();
    state.opens = false;
    if (isFirst) writeAddress();
    showFacets(answer.facets);
    state.cursor = answer.cursor;
    byId("more").hidden = !answer.cursor;
    byId("summary").textContent = `${answer.candidateCount} candidates · ${answer.model || "fallback"} · ${Math.round(performance.now() - started)} ms · ${answer.rankingId}`
      + (answer.degraded.length ? ` · degraded: ${answer.degraded.join(", ")}` : "");
    byId("curl-box").hidden = false;
    byId("curl").textContent = `curl ${location.origin}${path} -H 'Content-Type: application/json' -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`;
  } catch (error) {
    show(error);
  }
}

byId("vertical").addEventListener("change", () => { state.filters = {}; fillSurfaces(); rank(true); });
byId("surface").addEventListener("change", () => rank(true));
byId("search").addEventListener("submit", (event) => { event.preventDefault(); state.filters = {}; rank(true); });
byId("more").addEventListener("click", () => rank(false));
byId("key").addEventListener("change", () => {
  key = byId("key").value.trim();
  sessionStorage.setItem("vitrina-key", key);
  byId("key-row").hidden = true;
  start();
});
start();
