/** The example is a test. */
import "../../examples/vitest-in-process/spend.test.js";
