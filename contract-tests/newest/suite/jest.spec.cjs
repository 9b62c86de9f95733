const { tenantBeforeEach } = require("@drawdown/mock-server/jest");
const OwnClient = require("@drawdown/sdk");

const tenant = tenantBeforeEach();

test("a tenant before each test in Jest", async () => {
  const { key: bearerToken, baseURL, fetch } = tenant();
  const client = new OwnClient({ bearerToken, baseURL, fetch });
  const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  expect((await client.customers.retrieve(ada.customer_id)).name).toBe("Ada");
});
