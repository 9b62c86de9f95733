/** The example is a test: the bug occurs in 200 of 200 races, its fix holds in as many. */
import "../../examples/overspend-race/race.test.js";
