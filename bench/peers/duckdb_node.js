// Runs the statements of a SQL file with DuckDB as npm has it. node duckdb_node.js SQL-FILE
const fs = require('fs');
const { DuckDBInstance } = require('@duckdb/node-api');

async function main() {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const statement of fs.readFileSync(process.argv[2], 'utf8').split(';')) {
    if (statement.trim()) await connection.run(statement);
  }
}

main().catch((error) => { console.error(error.message); process.exit(1); });
