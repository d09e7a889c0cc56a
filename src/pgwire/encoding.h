// Values to bytes, in PostgreSQL's text and binary forms. Binary forms are those of PostgreSQL 15's *send
// functions: big endian; dates and timestamps count from 2000-01-01.
#pragma once

#include <span>
#include <string>

#include "base/refusal.h"
#include "base/value.h"
#include "pgcatalog/pgcatalog.h"
#include "pgwire/message.h"

namespace concordat::pgwire {

// What a session's settings say of text forms.
struct TextStyle {
  int float_digits = 1;  // extra_float_digits: above 0 the shortest exact form, else 15 + this many digits
  bool operator==(const TextStyle&) const = default;
};

// Precondition: not NULL.
std::string TextForm(const Value& value, oid::Oid type, const TextStyle& style = {});
std::string NumberForm(double number, int precision_when_not_shortest, bool shortest);

// Appends the binary form, without its length. Precondition: not NULL.
// Refuses 0A000 for types without one here, such as regclass by name: ask for them as text.
Outcome<void> AppendBinary(std::string& out, const Value& value, oid::Oid type);

// Appends length and value, as DataRow and COPY's binary rows have them; NULL is the length -1.
Outcome<void> AppendField(std::string& out, const Value& value, oid::Oid type, Format format,
                          const TextStyle& style);

// Appends a whole DataRow message. Precondition: as many values as columns.
Outcome<void> AppendDataRow(std::string& out, const Row& row, std::span<const pgcatalog::Column> columns,
                            std::span<const Format> formats, const TextStyle& style);

}  // namespace concordat::pgwire
