"use strict";

// Shows an OpenAPI document. All text goes in as text: nothing from the document becomes markup.

const METHODS = ["get", "post", "put", "patch", "delete"];
const main = document.getElementById("main");
const version = document.getElementById("version");
const find = document.getElementById("find");
const source = document.getElementById("source");
let spec = null;

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// Paragraphs, with `code` in backquotes: the little Markdown our descriptions use.
function prose(text) {
  return (text || "").split("\n\n").map((paragraph) => {
    const parts = paragraph.split("`").map((part, i) => (i % 2 ? make("code", {}, part) : part));
    return make("p", {}, ...parts);
  });
}

function resolve(schema) {
  const name = schema && schema.$ref ? schema.$ref.split("/").pop() : null;
  return name ? spec.components.schemas[name] : schema || {};
}

function kind(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(kind).join(" or ");
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.type === "array") return `list of ${kind(schema.items) || "values"}`;
  return [schema.type, schema.format].filter(Boolean).join(", ");
}

function limits(schema) {
  const names = ["default", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"];
  return names.filter((name) => name in schema).map((name) => `${name} ${schema[name]}`).join(", ");
}

function row(name, schema, required, about) {
  const said = [about ?? schema.description, limits(schema)].filter(Boolean).join(" ");
  return make("tr", {}, make("td", {}, make("code", {}, name), required ? " (required)" : ""),
    make("td", {}, kind(schema)), make("td", { class: "about" }, ...prose(said)));
}

function fields(title, rows) {
  return rows.length ? [make("h3", {}, title), make("table", {}, make("tbody", {}, ...rows))] : [];
}

function properties(schema) {
  const shape = resolve(schema);
  const required = new Set(shape.required || []);
  return Object.entries(shape.properties || {}).map(([name, each]) => row(name, each, required.has(name)));
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function curl(method, path, operation, example) {
  const filled = path.replace(/\{(\w+)\}/g, (whole, name) => {
    const found = (operation.parameters || []).find((each) => each.in === "path" && each.name === name);
    return found ? found.example : whole;
  });
  const lines = [`curl -X ${method.toUpperCase()} ${quoted(location.origin + spec.servers[0].url + filled)}`];
  if (operation.security) lines.push(`-H "x-api-key: $KINODEX_API_KEY"`);
  if (example) lines.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(example))}`);
  return make("pre", {}, lines.join(" \\\n  "));
}

function request(method, path, operation) {
  const body = operation.requestBody;
  if (!body) return [make("h3", {}, "Example"), curl(method, path, operation, null)];
  const forms = Object.keys(body.content);
  const largest = body.content["multipart/form-data"] || body.content[forms[0]];
  const examples = Object.entries((body.content["application/json"] || {}).examples || {});
  return [...fields(`Body (${forms.join(", ")})`, properties(largest.schema)),
    ...examples.flatMap(([name, each]) => [
      make("h3", {}, `Example: ${name}`), curl(method, path, operation, each.value)])];
}

function answer(status, given) {
  const response = given.$ref ? spec.components.responses[given.$ref.split("/").pop()] : given;
  const [form, media] = Object.entries(response.content || {})[0] || [null, null];
  const parts = [make("h3", {}, `${status} ${form && status < 300 ? form : ""}`), ...prose(response.description)];
  if (media && status < 300) {
    parts.push(make("table", {}, make("tbody", {}, ...properties(media.schema))));
    if (media.example) parts.push(make("pre", {}, JSON.stringify(media.example, null, 2)));
  }
  return parts;
}

function details(method, path, operation) {
  const parameters = (operation.parameters || [])
    .map((each) => row(each.name, each.schema, each.required, each.description ?? each.schema.description));
  return make("div", {}, ...prose(operation.description), ...fields("Parameters", parameters),
    ...request(method, path, operation),
    ...Object.entries(operation.responses).flatMap(([status, response]) => answer(status, response)));
}

function shown(method, path, operation) {
  const scope = operation["x-required-scope"];
  const element = make("details", { class: "operation", id: operation.operationId },
    make("summary", {}, make("span", { class: "method" }, method.toUpperCase()),
      make("span", { class: "path" }, path), ` ${operation.summary}`,
      scope ? make("span", { class: "scope" }, `scope ${scope}`) : null));
  // Most are never opened, so their insides are made when they are.
  element.addEventListener("toggle", () => {
    if (element.open && element.children.length === 1) element.append(details(method, path, operation));
  });
  return element;
}

function operations() {
  return Object.entries(spec.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => [method, path, item[method]]));
}

function show() {
  const wanted = find.value.trim().toLowerCase();
  const matching = operations().filter(([method, path, operation]) =>
    `${method} ${path} ${operation.summary} ${operation.description}`.toLowerCase().includes(wanted));
  const sections = spec.tags.flatMap(({ name }) => {
    const own = matching.filter(([, , operation]) => operation.tags.includes(name));
    return own.length ? [make("h2", {}, name), ...own.map((each) => shown(...each))] : [];
  });
  main.replaceChildren(...prose(spec.info.description), ...sections);
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target) { target.open = true; target.scrollIntoView(); }
}

async function load() {
  const address = `/${version.value}/openapi.json`;
  source.href = address;
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address} answered ${response.status}`);
    spec = await response.json();
    show();
  } catch (error) {
    main.replaceChildren(make("p", { class: "wrong" }, `The document cannot be shown: ${error.message}.`));
  }
}

version.value = (location.pathname.match(/^\/(?:p\/)?(v1\.[123])\//) || [null, "v1.3"])[1];
version.addEventListener("change", load);
find.addEventListener("input", () => spec && show());
load();
