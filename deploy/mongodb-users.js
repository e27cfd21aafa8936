// The users of MongoDB, one a service, each with its own database and nothing else. Run by an administrator; again to change
// passwords:
//
//   export ENROLLMENT_PASSWORD=… NOTIFIER_PASSWORD=… VERIFIER_PASSWORD=…
//   mongosh "mongodb://admin@HOST/?tls=true" deploy/mongodb-users.js
//
// `security-info keys reseal DIR --service NAME` runs as the user of that service.
const users = [
  { "user": "security-info-enrollment", "roles": [{ "role": "readWrite", "db": "enrollment" }] },
  { "user": "security-info-notifier", "roles": [{ "role": "readWrite", "db": "notifier" }] },
  { "user": "security-info-verifier", "roles": [{ "role": "readWrite", "db": "verifier" }] }
];

const admin = db.getSiblingDB("admin");
for (const { user, roles } of users) {
  const variable = `${user.replace("security-info-", "").toUpperCase()}_PASSWORD`;
  const password = process.env[variable];
  if (!password) throw new Error(`${variable}: required but not set`);
  const what = { pwd: password, roles };
  if (admin.getUser(user)) admin.updateUser(user, what);
  else admin.createUser({ user, ...what });
}
