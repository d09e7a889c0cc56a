import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.postgresql.PGConnection;

/** JDBC: metadata, prepared statements in text and binary, errors, cancel. */
public class Jdbc {
  static void check(boolean condition, String what) {
    if (!condition) throw new IllegalStateException(what);
  }

  static List<String> strings(ResultSet result, String column) throws SQLException {
    List<String> found = new ArrayList<>();
    while (result.next()) found.add(result.getString(column));
    return found;
  }

  static Connection connect(String threshold) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", System.getenv("PGUSER"));
    properties.setProperty("password", System.getenv("PGPASSWORD"));
    properties.setProperty("sslmode", System.getenv("PGSSLMODE"));
    properties.setProperty("prepareThreshold", threshold); // -1: binary from the first use
    return DriverManager.getConnection("jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/"
        + System.getenv("PGDATABASE"), properties);
  }

  static void metadata(Connection connection) throws SQLException {
    DatabaseMetaData data = connection.getMetaData();
    check(data.getDatabaseProductName().equals("PostgreSQL"), "product name");
    check(strings(data.getTables(null, "public", "%", new String[] {"TABLE"}), "TABLE_NAME").equals(List.of("people")),
        "getTables");
    check(strings(data.getColumns(null, "public", "people", "%"), "COLUMN_NAME")
        .equals(List.of("person", "sex", "age", "income", "moved")), "getColumns");
    check(strings(data.getPrimaryKeys(null, "public", "people"), "COLUMN_NAME").isEmpty(), "getPrimaryKeys");
    check(strings(data.getImportedKeys(null, "public", "people"), "FKCOLUMN_NAME").isEmpty(), "getImportedKeys");
    check(strings(data.getIndexInfo(null, "public", "people", false, true), "INDEX_NAME").isEmpty(), "getIndexInfo");
    check(strings(data.getSchemas(), "TABLE_SCHEM").contains("public"), "getSchemas");
    check(strings(data.getTypeInfo(), "TYPE_NAME").contains("int8"), "getTypeInfo");
    strings(data.getFunctions(null, "public", "%"), "FUNCTION_NAME");
    strings(data.getTablePrivileges(null, "public", "%"), "PRIVILEGE");
    if (!"postgres".equals(System.getenv("CLIENTS_AGAINST"))) {
      check(strings(data.getFunctions(null, "concordat", "%"), "FUNCTION_NAME").contains("glm"), "getFunctions");
      check(strings(data.getFunctionColumns(null, "concordat", "lm", "%"), "COLUMN_NAME")
          .containsAll(List.of("formula", "data", "estimate")), "getFunctionColumns");
    }
    data.getSQLKeywords();
    check(connection.getSchema().equals("public"), "getSchema");
    check(connection.isValid(5), "isValid");
  }

  static void questions(Connection connection) throws SQLException {
    String text = "SELECT sex, count(*) AS n, avg(income) AS mean FROM people WHERE age >= ? GROUP BY sex ORDER BY sex";
    try (PreparedStatement statement = connection.prepareStatement(text)) {
      for (int i = 0; i < 7; i++) {
        statement.setLong(1, 18);
        try (ResultSet result = statement.executeQuery()) {
          check(result.next() && result.getString(1).equals("f"), "first group");
          check(Math.abs(result.getLong("n") - 1000) < 120, "count " + result.getLong("n"));
          check(Math.abs(result.getDouble("mean") - 44000) < 6000, "mean " + result.getDouble("mean"));
          check(result.next() && !result.next(), "two groups");
        }
      }
    }
  }

  /** A fit whose formula, table and options are sent beside the text. */
  static void fits(Connection connection) throws SQLException {
    String text = "SELECT term, lower < estimate FROM concordat.lm(?, ?, level => ?) WHERE term = ?";
    try (PreparedStatement statement = connection.prepareStatement(text)) {
      for (int i = 0; i < 7; i++) {
        statement.setString(1, "income ~ age + sex");
        statement.setString(2, "people");
        statement.setDouble(3, 0.9);
        statement.setString(4, "age");
        try (ResultSet result = statement.executeQuery()) {
          check(result.next() && result.getString(1).equals("age") && result.getBoolean(2) && !result.next(), "a fit by parameters");
        }
      }
    }
  }

  /** A cursor of the protocol's (fetch size), COPY, and the charge as a warning. */
  static void streams(Connection connection) throws Exception {
    String text = "SELECT sex, count(*) AS n FROM people GROUP BY sex ORDER BY sex";
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(1);
      try (ResultSet result = statement.executeQuery(text)) {
        check(strings(result, "sex").equals(List.of("f", "m")), "rows by fetch size");
      }
      if (!"postgres".equals(System.getenv("CLIENTS_AGAINST"))) {
        check(statement.getWarnings().getMessage().startsWith("charged"), "the charge as a warning");
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
    StringWriter copied = new StringWriter();
    connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY (" + text + ") TO STDOUT WITH CSV", copied);
    check(copied.toString().startsWith("f,"), "COPY: " + copied);
  }

  static void errors(Connection connection) throws SQLException {
    String[][] refused = {{"SELECT count(*) FROM nowhere", "42P01"}, {"SELECT count(nothing) FROM people", "42703"},
        {"SELEC 1", "42601"}};
    for (String[] pair : refused) {
      try (Statement statement = connection.createStatement()) {
        statement.executeQuery(pair[0]);
        check(false, "accepted: " + pair[0]);
      } catch (SQLException error) {
        check(error.getSQLState().equals(pair[1]), pair[0] + ": " + error.getSQLState() + " " + error.getMessage());
      }
    }
  }

  static void cancel(Connection connection) throws Exception {
    try (Statement statement = connection.createStatement()) {
      Thread canceller = new Thread(() -> {
        try {
          Thread.sleep(300);
          statement.cancel();
        } catch (InterruptedException | SQLException error) {
          throw new IllegalStateException(error);
        }
      });
      canceller.start();
      try {
        statement.executeQuery("SELECT count(*) FROM pg_attribute a, pg_attribute b, pg_attribute c "
            + "WHERE a.attname || b.attname || c.attname = 'x'");
        check(false, "not cancelled");
      } catch (SQLException error) {
        check(error.getSQLState().equals("57014"), "cancel: " + error.getMessage());
      }
      canceller.join();
    }
    check(connection.createStatement().executeQuery("SELECT 1").next(), "after cancel");
  }

  public static void main(String[] arguments) throws Exception {
    for (String threshold : new String[] {"5", "-1"}) {
      try (Connection connection = connect(threshold)) {
        metadata(connection);
        questions(connection);
        if (!"postgres".equals(System.getenv("CLIENTS_AGAINST"))) {
          fits(connection);
        }
        streams(connection);
        errors(connection);
        cancel(connection);
      }
    }
  }
}
