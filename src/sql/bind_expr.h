// Expressions of the syntax tree as bound expressions. One set of rules serves rows and released values; what
// a name or an aggregate means is the subclass's to say.
#pragma once

#include <pg_query.pb.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "sql/model.h"
#include "sql/operation.h"

namespace concordat::sql {

// What all binders of one question share.
struct BindContext {
  std::vector<std::optional<Type>> parameters;  // types of $1, $2, … as far as they are known
  FindModel find_model;                         // none where no model can be meant
  std::map<std::string, ModelPtr> models;       // those that were meant, by name
};

class ExprBinder {
 public:
  explicit ExprBinder(BindContext& context) : context_(context) {}
  virtual ~ExprBinder() = default;

  // `hint`: the type that literals and parameters without one take; text if there is none.
  Outcome<Expr> Bind(const pg_query::Node& node, std::optional<Type> hint = {});
  // The same, and refused unless of `type` (or converting to it without loss).
  Outcome<Expr> BindAs(const pg_query::Node& node, Type type, const char* where);

 protected:
  // A node that the subclass has its own rule for, or none to go on with the general ones.
  virtual Outcome<std::optional<Expr>> BindSpecial(const pg_query::Node& node) = 0;

 private:
  using Nodes = google::protobuf::RepeatedPtrField<pg_query::Node>;
  struct Pair {
    Expr left, right;
  };

  Outcome<Expr> BindGeneral(const pg_query::Node& node, std::optional<Type> hint);
  Outcome<Expr> BindConstant(const pg_query::A_Const& constant, std::optional<Type> hint);
  Outcome<Expr> BindParameter(const pg_query::ParamRef& parameter, std::optional<Type> hint);
  Outcome<Expr> BindBoolean(const pg_query::BoolExpr& node);
  Outcome<Expr> BindTest(const pg_query::Node& arg, Op op, bool boolean);
  Outcome<Expr> BindFirstOf(Op op, const Nodes& nodes, std::optional<Type> hint, int position);
  Outcome<Expr> BindCase(const pg_query::CaseExpr& node, std::optional<Type> hint);
  Outcome<Expr> BindCast(const pg_query::TypeCast& node);
  Outcome<Expr> BindOperator(const pg_query::A_Expr& node);
  Outcome<Expr> BindSymbol(const pg_query::A_Expr& node, const std::string& symbol);
  Outcome<Expr> BindUnary(const pg_query::A_Expr& node, const std::string& symbol);
  Outcome<Expr> BindArithmetic(const pg_query::A_Expr& node, Op op);
  Outcome<Expr> BindIntervalArithmetic(const pg_query::A_Expr& node, Op op);
  Outcome<Expr> BindTimeArithmetic(Expr left, Expr right, const pg_query::A_Expr& node, Op op);
  Outcome<Expr> BindIn(const pg_query::A_Expr& node);
  Outcome<Expr> BindLike(const pg_query::A_Expr& node, Op op);
  Outcome<Expr> BindBetween(const pg_query::A_Expr& node, bool symmetric, bool negated);
  Outcome<Expr> BindFunction(const pg_query::FuncCall& call);
  Outcome<Expr> BindTimeFunction(const pg_query::FuncCall& call, const std::string& name);
  Outcome<Expr> BindRound(const pg_query::FuncCall& call);
  Outcome<Expr> BindModulo(const pg_query::FuncCall& call);
  Outcome<Expr> BindConcat(const Nodes& args);
  Outcome<Expr> Compare(Op op, Expr left, Expr right, int position);

  // Both sides, each giving the other a type where it has none of its own.
  Outcome<Pair> BindPair(const pg_query::Node& left, const pg_query::Node& right);
  // All, brought to the one type in which they meet.
  Outcome<std::vector<Expr>> BindTogether(const std::vector<const pg_query::Node*>& nodes,
                                          std::optional<Type> hint, int position);
  bool IsUntyped(const pg_query::Node& node) const;

  // concordat.predict: bind_predict.cc.
  Outcome<Expr> BindPredict(const pg_query::FuncCall& call);
  Outcome<ModelPtr> ModelOf(const pg_query::FuncCall& call);
  Outcome<Expr> BindInput(const ModelInput& input, const pg_query::Node& node);

  BindContext& context_;
};

// Is it a call of concordat.predict?
bool IsPredict(const pg_query::FuncCall& call);
int PositionOf(const pg_query::Node& node);
std::string LastName(const google::protobuf::RepeatedPtrField<pg_query::Node>& names);

// The nearest of `known` to a misspelt word, as a hint; `otherwise` if none is near.
std::string DidYouMean(const std::string& word, const std::vector<std::string>& known, std::string otherwise);

}  // namespace concordat::sql
