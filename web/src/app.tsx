// The frame around all screens: who is signed in, where one is, what was said, which keys there are.

import { useEffect, useRef, useState } from "preact/hooks";
import { signInByLink } from "./api";
import { LISTED, useKeys } from "./keys";
import { Dialog, IconButton } from "./parts/basics";
import { Icon, type IconName } from "./parts/icons";
import { Mark } from "./parts/mark";
import { hush, sayError, useSaid } from "./parts/say";
import { go, parse, restate, screenLink, useRoute, type Route } from "./route";
import { Home } from "./screens/home";
import { LibraryScreen } from "./screens/library";
import { SearchScreen } from "./screens/search";
import { SettingsScreen } from "./screens/settings";
import { SignIn } from "./screens/signin";
import { TasksScreen } from "./screens/tasks";
import { VideoScreen } from "./screens/video";
import { WebhooksScreen } from "./screens/webhooks";
import { keepKey, key, onKeyChange } from "./session";
import { chooseTheme, isDark } from "./theme";

const SCREENS: readonly (readonly [string, string, IconName, string])[] = [
  ["home", "Home", "home", "h"],
  ["search", "Search", "search", "s"],
  ["library", "Library", "library", "l"],
  ["tasks", "Tasks", "tasks", "t"],
  ["webhooks", "Webhooks", "webhooks", "w"],
  ["settings", "Settings", "settings", "e"],
];

export function App() {
  const [held, setHeld] = useState(key());
  const [isSigningIn, setSigningIn] = useState(() => linkToken() !== null);
  useEffect(() => onKeyChange(() => setHeld(key())), []);
  useEffect(() => {
    const byLink = async () => {
      const token = linkToken();
      if (token === null) return;
      setSigningIn(true);
      restate("#/home");
      try {
        keepKey(await signInByLink(token));
      } catch (error) {
        sayError(error);
      }
      setSigningIn(false);
    };
    void byLink();
    addEventListener("hashchange", byLink);
    return () => removeEventListener("hashchange", byLink);
  }, []);
  if (isSigningIn) return <p class="loading">Signing in …</p>;
  return (
    <>
      {held === null ? <SignIn /> : <Signed />}
      <Announcements />
    </>
  );
}

function linkToken(): string | null {
  return parse(location.hash).params.get("sign-in");
}

function Signed() {
  const route = useRoute();
  const [areKeysShown, setKeysShown] = useState(false);
  const main = useRef<HTMLElement>(null);
  const chords = SCREENS.map(([screen, , , letter]) => [`g ${letter}`, () => go(screenLink(screen))] as const);
  useKeys({
    ...Object.fromEntries(chords),
    "/": () => goSearching(),
    "?": () => setKeysShown(true),
    Escape: () => (document.activeElement as HTMLElement | null)?.blur(),
  });
  useEffect(() => {
    scrollTo(0, 0);
    // A screen that put the focus somewhere itself keeps it.
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [route.screen]);
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="#/home">
          <Mark /> <span>Kinodex</span>
        </a>
        <nav aria-label="Screens">
          {SCREENS.map(([screen, name, icon]) => (
            <a key={screen} href={screenLink(screen)} aria-current={current(route, screen) ? "page" : undefined}>
              <Icon name={icon} />
              <span>{name}</span>
            </a>
          ))}
        </nav>
        <button type="button" class="find" onClick={goSearching} title="Search (/)">
          <Icon name="search" size={16} /> <span>Find a moment</span> <kbd>/</kbd>
        </button>
        <IconButton icon="sun" label="Light or dark" onClick={() => chooseTheme(isDark() ? "light" : "dark")} />
        <button type="button" class="icon-button" aria-label="Keys" title="Keys (?)" onClick={() => setKeysShown(true)}>
          ?
        </button>
      </header>
      <main id="main" ref={main} tabIndex={-1} class={`screen screen-${route.screen}`}>
        <Screen route={route} />
      </main>
      {areKeysShown && <Keys onClose={() => setKeysShown(false)} />}
    </div>
  );
}

function Screen({ route }: { route: Route }) {
  switch (route.screen) {
    case "search":
      return <SearchScreen params={route.params} />;
    case "video":
      return <VideoScreen key={route.params.get("video")} params={route.params} />;
    case "library":
      return <LibraryScreen params={route.params} />;
    case "tasks":
      return <TasksScreen params={route.params} />;
    case "webhooks":
      return <WebhooksScreen params={route.params} />;
    case "settings":
      return <SettingsScreen />;
    default:
      return <Home />;
  }
}

function current(route: Route, screen: string): boolean {
  return route.screen === screen || (screen === "library" && route.screen === "video");
}

function goSearching(): void {
  const box = document.querySelector<HTMLInputElement>("#query");
  if (box) {
    box.focus();
    box.select();
  } else go(screenLink("search"));
}

function Keys({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="keys">
        {LISTED.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(" · ").map((each) => (
                <kbd key={each}>{each}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function Announcements() {
  const said = useSaid();
  return (
    <div class="announcements" role="status" aria-live="polite">
      {said && (
        <p key={said.id} class={said.isBad ? "bad" : ""}>
          {said.text}
          <IconButton icon="close" label="Dismiss" onClick={hush} />
        </p>
      )}
    </div>
  );
}
