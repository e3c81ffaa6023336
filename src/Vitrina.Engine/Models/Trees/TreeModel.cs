using Vitrina.Kernels.Forests;

namespace Vitrina.Engine.Models.Trees;

/// <summary>A ranking model that is a sum of decision trees.</summary>
/// <remarks>
/// Immutable and safe for concurrent use. Each row's score is that of <see cref="TreeEnsemble.Score"/> to float rounding, and depends
/// neither on the other rows of its batch nor on the machine's vector width.
/// </remarks>
public sealed class TreeModel : RankingModel
{
    private readonly TreeLanes _lanes;
    private readonly ByteForest _forest;

    // Trees that are too large for lanes are walked.
    private readonly DecisionTree[] _walked;
    private readonly ShapleyTree[] _shapley;

    [ThreadStatic]
    private static ShapleyScratch? t_scratch;

    /// <summary>Makes a model.</summary>
    /// <exception cref="ArgumentException">The ensemble is not one: an index leads nowhere, a number is not finite, two inputs share a name.</exception>
    public TreeModel(TreeEnsemble ensemble)
    {
        TreeChecks.Require(ensemble);
        Ensemble = ensemble;
        DecisionTree[] small = [.. ensemble.Trees.Where(FitsLanes)];
        _walked = [.. ensemble.Trees.Where(tree => !FitsLanes(tree))];
        _lanes = new TreeLanes(small);
        _forest = new ByteForest([.. small.Select(_lanes.Translate)], _lanes.Count);
        _shapley = [.. ensemble.Trees.Select(ShapleyOf)];
        BaseScore = ensemble.BaseScore + _shapley.Sum(tree => tree.ExpectedValue);
    }

    /// <summary>The trees as they are.</summary>
    public TreeEnsemble Ensemble { get; }

    /// <inheritdoc/>
    public override string Kind => "trees";

    /// <inheritdoc/>
    public override IReadOnlyList<ModelInput> Inputs => Ensemble.Inputs;

    /// <inheritdoc/>
    /// <remarks>The score expected over the training weight: what is known before any value is.</remarks>
    public override double BaseScore { get; }

    /// <inheritdoc/>
    /// <remarks>
    /// Cost: rows x splits / 64 register operations; allocates nothing once a thread has scored a model of this size. Trees of more than
    /// <see cref="ByteForest.MaxLeaves"/> leaves are walked row by row.
    /// </remarks>
    public override void Score(FeatureMatrix features, ReadOnlySpan<int> columnOfInput, Span<float> scores)
    {
        CheckShape(features, columnOfInput, scores.Length, features.Rows);
        Span<sbyte> lanes = LaneBlock.OfThread(_forest.BlockBytes);
        Span<double> sums = stackalloc double[ByteForest.BlockRows];
        for (int first = 0; first < features.Rows; first += ByteForest.BlockRows)
        {
            int rows = Math.Min(ByteForest.BlockRows, features.Rows - first);
            sums.Fill(Ensemble.BaseScore);
            _lanes.Fill(Ensemble.Inputs, features, columnOfInput, first, lanes);
            _forest.Add(lanes, rows, sums);
            for (int row = 0; row < rows; row++)
            {
                foreach (DecisionTree tree in _walked)
                {
                    sums[row] += Walk(tree, features, first + row, columnOfInput);
                }

                scores[first + row] = (float)sums[row];
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Exact path-dependent Shapley values (<see cref="ShapleyTree"/>), a block of rows at once. Allocates nothing once a thread has explained a model of this size.</remarks>
    public override void Contributions(FeatureMatrix features, ReadOnlySpan<int> rows, ReadOnlySpan<int> columnOfInput, Span<double> contributions)
    {
        CheckShape(features, columnOfInput, contributions.Length, rows.Length * Inputs.Count);
        ShapleyScratch scratch = t_scratch ??= new ShapleyScratch();
        for (int first = 0; first < rows.Length; first += ShapleyTree.BlockRows)
        {
            ReadOnlySpan<int> block = rows.Slice(first, Math.Min(ShapleyTree.BlockRows, rows.Length - first));
            scratch.Begin(Inputs.Count);
            for (int input = 0; input < Inputs.Count; input++)
            {
                for (int lane = 0; lane < block.Length; lane++)
                {
                    scratch.Set(lane, input, Inputs[input].FixedAtServing ?? features[block[lane], columnOfInput[input]]);
                }
            }

            Explain(scratch, contributions.Slice(first * Inputs.Count, block.Length * Inputs.Count));
        }
    }

    /// <summary>Takes the score of a row of doubles apart.</summary>
    /// <param name="row">Values by input; NaN marks a missing value.</param>
    /// <param name="contributions">Receives a contribution per input; with <see cref="BaseScore"/> they sum to the raw score.</param>
    /// <exception cref="ArgumentException">A span is shorter than the inputs.</exception>
    public void Explain(ReadOnlySpan<double> row, Span<double> contributions)
    {
        if (row.Length < Inputs.Count || contributions.Length < Inputs.Count)
        {
            throw new ArgumentException($"{row.Length} values and room for {contributions.Length} contributions of {Inputs.Count} inputs.");
        }

        ShapleyScratch scratch = t_scratch ??= new ShapleyScratch();
        scratch.Begin(Inputs.Count);
        for (int input = 0; input < Inputs.Count; input++)
        {
            scratch.Set(0, input, row[input]);
        }

        Explain(scratch, contributions[..Inputs.Count]);
    }

    private void Explain(ShapleyScratch scratch, Span<double> contributions)
    {
        for (int t = 0; t < _shapley.Length; t++)
        {
            Ensemble.Trees[t].Decide(scratch);
            _shapley[t].Add(scratch);
        }

        for (int lane = 0; lane * Inputs.Count < contributions.Length; lane++)
        {
            scratch.CopyTo(lane, contributions.Slice(lane * Inputs.Count, Inputs.Count));
        }
    }

    private static ShapleyTree ShapleyOf(DecisionTree tree)
    {
        (double Left, double Right)[] shares = new (double, double)[tree.Input.Length];
        for (int split = 0; split < shares.Length; split++)
        {
            double cover = tree.SplitCover[split];
            // Without a known cover both sides are equally likely.
            shares[split] = cover > 0 ? (CoverOf(tree, tree.Left[split]) / cover, CoverOf(tree, tree.Right[split]) / cover) : (0.5, 0.5);
        }

        return new ShapleyTree(tree.Input, tree.Left, tree.Right, shares, tree.LeafValue);
    }

    private static double CoverOf(DecisionTree tree, int node) => node >= 0 ? tree.SplitCover[node] : tree.LeafCover[~node];

    private static bool FitsLanes(DecisionTree tree) =>
        tree.Input.Length == 0 || (tree.LeafValue.Length <= ByteForest.MaxLeaves && tree.CategorySets.All(set => set.Length <= TreeLanes.MaxCategories / 32));

    private double Walk(DecisionTree tree, FeatureMatrix features, int row, ReadOnlySpan<int> columnOfInput)
    {
        int node = 0;
        while (node >= 0)
        {
            int input = tree.Input[node];
            double value = Ensemble.Inputs[input].FixedAtServing ?? features[row, columnOfInput[input]];
            node = tree.GoesLeft(node, value) ? tree.Left[node] : tree.Right[node];
        }

        return tree.LeafValue[~node];
    }
}
