namespace Vitrina.Engine.Models.Trees.Importing;

/// <summary>A model that another tool trained.</summary>
/// <param name="Tool">The tool: <c>lightgbm</c> or <c>xgboost</c>.</param>
/// <param name="Objective">What it was trained for, in the tool's own word.</param>
/// <param name="Ensemble">The trees, with the tool's names of the inputs.</param>
public sealed record ForeignModel(string Tool, string Objective, TreeEnsemble Ensemble);
