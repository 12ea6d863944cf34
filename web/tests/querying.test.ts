import assert from "node:assert/strict";
import { test } from "node:test";
import { partsOf, suggestionsFor, withSuggestion } from "../src/querying";

const shown = (query: string) => partsOf(query).map((part) => `${part.kind}: ${part.shown}`);

test("plain words have no parts, whatever stands among them", () => {
  for (const query of ["a clock and not a bell", "then he said no", "scene: two", ""]) assert.deepEqual(shown(query), []);
});

test("fields, operators and windows are told apart", () => {
  assert.deepEqual(shown('"goal" then:10s said:"what a save" not text:replay'), [
    "words: goal",
    "operator: then:10s",
    "said: what a save",
    "operator: not",
    "text: replay",
  ]);
});

test("words beside one another are one part, and brackets none", () => {
  assert.deepEqual(shown('(a red car or seen:"a bus")'), ["words: a red car", "operator: or", "seen: a bus"]);
});

test("quotes within quotes stay, and one that is not closed yet is read to the end", () => {
  assert.deepEqual(shown('said:"she said \\"no\\""'), ['said: she said "no"']);
  assert.deepEqual(shown('exactly:"what a'), ["exactly: what a"]);
});

test("fields are offered once two letters are there, and not within quotes", () => {
  const offered = (typed: string) => suggestionsFor(typed).map((each) => each.insert);
  assert.deepEqual(offered("sa"), ['said:"']);
  assert.deepEqual(offered("s"), []);
  assert.deepEqual(offered('said:"sa'), []);
  assert.ok(offered('said:"no" ').includes("then:10s "));
});

test("what is chosen takes the place of the word that was begun", () => {
  assert.equal(withSuggestion('"goal" th', { insert: "then:10s ", about: "" }), '"goal" then:10s ');
});
