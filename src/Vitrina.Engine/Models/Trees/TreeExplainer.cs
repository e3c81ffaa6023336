using System.Runtime.Intrinsics;
using Vitrina.Kernels.Forests;

namespace Vitrina.Engine.Models.Trees;

/// <summary>Takes a block of rows apart, a row a lane. One thread's working memory, kept from block to block.</summary>
internal sealed class TreeExplainer
{
    private readonly ShapleyScratch _scratch = new();
    private Vector512<double>[] _values = [];
    private Vector512<double>[] _goesLeft = [];

    /// <summary>Begins a block of up to <see cref="ShapleyTree.BlockRows"/> rows.</summary>
    public void Begin(TreeModel model)
    {
        if (_values.Length < model.Inputs.Count)
        {
            _values = new Vector512<double>[model.Inputs.Count];
        }

        _scratch.Begin(model.Inputs.Count);
    }

    /// <summary>Sets a value of a row; NaN marks a missing one.</summary>
    public void Set(int lane, int input, double value) => _values[input] = _values[input].WithElement(lane, value);

    /// <summary>Adds up what each tree says.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shapley">Its trees, prepared.</param>
    /// <param name="contributions">Receives the contributions, shape [rows x inputs].</param>
    public void Explain(TreeModel model, ShapleyTree[] shapley, Span<double> contributions)
    {
        for (int t = 0; t < shapley.Length; t++)
        {
            DecisionTree tree = model.Ensemble.Trees[t];
            if (_goesLeft.Length < tree.Input.Length)
            {
                _goesLeft = new Vector512<double>[tree.Input.Length];
            }

            for (int split = 0; split < tree.Input.Length; split++)
            {
                _goesLeft[split] = tree.GoesLeft(split, _values[tree.Input[split]]);
            }

            shapley[t].Add(_goesLeft, _scratch);
        }

        int inputs = model.Inputs.Count;
        for (int lane = 0; lane * inputs < contributions.Length; lane++)
        {
            _scratch.CopyTo(lane, contributions.Slice(lane * inputs, inputs));
        }
    }
}
