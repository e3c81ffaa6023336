using Vitrina.Kernels.Pairs;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Losses over the pairs of a list: LambdaMART and pairwise logistic.</summary>
/// <remarks>Lists of one row, or without two different labels, say nothing and are skipped. LambdaMART follows LightGBM's lambdarank in its normalisations.</remarks>
internal sealed class ListLoss : Loss
{
    private const int StepLists = 64;

    // Insertion sort of an order that the last tree changed little is quickest up to here; longer lists are sorted from scratch.
    private const int ShortList = 256;
    private readonly int[] _starts;
    private readonly float[] _gains;
    private readonly float[] _discounts;
    private readonly float[] _scales;
    private readonly int[] _order;
    private readonly TreeRows _rows;
    private readonly TreeTrainerOptions _options;

    public ListLoss(TreeDataset set, TreeTrainerOptions options)
    {
        if (set.ListCount == 0)
        {
            throw new TrainingSetException(TrainingSetFault.ScatteredGroup, -1, $"The objective {options.Objective} needs rows with lists.");
        }

        _rows = set.Rows;
        _options = options;
        _starts = set.Rows.ListStarts;
        _gains = new float[set.RowCount];
        _order = new int[set.RowCount];
        _scales = new float[set.ListCount];
        int longest = 0;
        for (int list = 0; list < _scales.Length; list++)
        {
            longest = Math.Max(longest, _starts[list + 1] - _starts[list]);
        }

        _discounts = new float[longest + PairGradients.Padding];
        for (int place = 0; place < _discounts.Length; place++)
        {
            _discounts[place] = (float)(1 / Math.Log2(place + 2));
        }

        for (int list = 0; list < _scales.Length; list++)
        {
            _scales[list] = Prepare(list);
            SkippedLists += _scales[list] == 0 ? 1 : 0;
        }

        if (SkippedLists == _scales.Length)
        {
            throw new TrainingSetException(TrainingSetFault.NoPositives, -1, "No list has two rows with different labels: there is no order to learn.");
        }
    }

    /// <summary>Lists that say nothing.</summary>
    public int SkippedLists { get; }

    public override double BaseScore => 0;

    public override void Write(float[] scores, float[] gradients, float[] hessians, WorkerTeam team)
        => team.For((_scales.Length + StepLists - 1) / StepLists, step =>
        {
            float[] buffer = new float[_discounts.Length * 4];
            int end = Math.Min((step + 1) * StepLists, _scales.Length);
            for (int list = step * StepLists; list < end; list++)
            {
                WriteList(list, scores, gradients, hessians, buffer);
            }
        });

    // Gains and first order of a list; returns the factor of its pairs, 0 for a list that says nothing.
    private float Prepare(int list)
    {
        int start = _starts[list], length = _starts[list + 1] - start;
        ReadOnlySpan<float> labels = _rows.Labels.AsSpan(start, length);
        float[] ideal = new float[length];
        for (int i = 0; i < length; i++)
        {
            if (labels[i] < 0 || labels[i] > 60)
            {
                throw new TrainingSetException(TrainingSetFault.BadLabel, start + i, FormattableString.Invariant($"Row {start + i} has label {labels[i]}; grades are from 0 to 60."));
            }

            _order[start + i] = i;
            _gains[start + i] = _options.Gain == Gain.Linear ? labels[i] : (float)(Math.Pow(2, labels[i]) - 1);
            ideal[i] = labels[i];
        }

        if (length < 2 || !labels.ContainsAnyExcept(labels[0]))
        {
            return 0;
        }

        Array.Sort(ideal, (left, right) => right.CompareTo(left));
        return _options.Objective == TreeObjective.Pairwise ? 1 : (float)(1 / RankingMetrics.Dcg(ideal, _options.Truncation, _options.Gain));
    }

    private void WriteList(int list, float[] scores, float[] gradients, float[] hessians, float[] buffer)
    {
        int start = _starts[list], length = _starts[list + 1] - start;
        if (_scales[list] == 0)
        {
            gradients.AsSpan(start, length).Clear();
            hessians.AsSpan(start, length).Clear();
            return;
        }

        Span<int> order = _order.AsSpan(start, length);
        int room = length + PairGradients.Padding;
        Span<float> sorted = buffer.AsSpan(0, room), gains = buffer.AsSpan(room, room);
        Span<float> pull = buffer.AsSpan(2 * room, room), curve = buffer.AsSpan(3 * room, room);
        Sort(scores.AsSpan(start, length), order);
        for (int place = 0; place < length; place++)
        {
            sorted[place] = scores[start + order[place]];
            gains[place] = _gains[start + order[place]];
        }

        sorted[length..].Clear();
        gains[length..].Clear();
        pull.Clear();
        curve.Clear();
        bool isLambda = _options.Objective == TreeObjective.LambdaMart;
        PairWeighting weighting = new(
            (float)_options.Sigmoid, _scales[list], isLambda ? _options.Truncation : int.MaxValue, isLambda, isLambda && _options.NormaliseLists && sorted[0] != sorted[length - 1]);
        float sum = PairGradients.Add(length, sorted, gains, _discounts, weighting, pull, curve);
        float factor = isLambda && _options.NormaliseLists && sum > 0 ? MathF.Log2(1 + sum) / sum : 1;
        for (int place = 0; place < length; place++)
        {
            int row = start + order[place];
            float weight = _rows.WeightOf(row) * factor;
            gradients[row] = pull[place] * weight;
            hessians[row] = curve[place] * weight;
        }
    }

    // Largest score first, equal scores by row.
    private static void Sort(ReadOnlySpan<float> scores, Span<int> order)
    {
        if (order.Length > ShortList)
        {
            float[] keys = new float[order.Length];
            for (int i = 0; i < keys.Length; i++)
            {
                keys[i] = scores[i];
                order[i] = i;
            }

            order.Sort((left, right) => keys[left] != keys[right] ? keys[right].CompareTo(keys[left]) : left.CompareTo(right));
            return;
        }

        for (int i = 1; i < order.Length; i++)
        {
            int row = order[i], at = i;
            float score = scores[row];
            for (; at > 0 && (scores[order[at - 1]] < score || (scores[order[at - 1]] == score && order[at - 1] > row)); at--)
            {
                order[at] = order[at - 1];
            }

            order[at] = row;
        }
    }
}
