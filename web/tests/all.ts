import "./exporting.test";
import "./format.test";
import "./querying.test";
import "./route.test";
import "./searching.test";
import "./snippets.test";
import "./storyboard.test";
import "./taskstream.test";
