module.exports = { testMatch: ["<rootDir>/*.spec.cjs"], transform: {} };
