using System.Numerics.Tensors;
using Vitrina.Engine.Models.Trees;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Learning.Recommending.Reranking;

/// <summary>Trees over the features of candidates, trained on what came next after a cut that the sources did not see.</summary>
public sealed class Reranker
{
    private readonly TreeModel _model;
    private readonly int[] _columns;

    internal Reranker(TreeModel model, ScoreBlend blend, IReadOnlyList<TreeTrainingReport> reports)
    {
        _model = model;
        Blend = blend;
        Reports = reports;
        _columns = [.. Enumerable.Range(0, model.Inputs.Count)];
    }

    /// <summary>What is added to the trees' scores.</summary>
    public ScoreBlend Blend { get; }

    /// <summary>What the training of each forest did.</summary>
    public IReadOnlyList<TreeTrainingReport> Reports { get; }

    /// <summary>The trees; inputs are <see cref="CandidateFeatures"/> by name.</summary>
    public TreeModel Model => _model;

    /// <summary>Scores all candidates of a workspace, whose features are filled.</summary>
    /// <param name="work">The query at work.</param>
    /// <param name="scores">Receives a score per candidate, larger is better, shape [candidates].</param>
    internal void Score(QueryWorkspace work, Span<float> scores)
    {
        _model.Score(work.Features, _columns, scores);
        TensorPrimitives.MultiplyAdd(work.Features.Column(Blend.Column), Blend.Weight, scores, scores);
    }
}
