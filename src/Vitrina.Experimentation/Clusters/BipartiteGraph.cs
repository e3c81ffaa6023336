namespace Vitrina.Experimentation.Clusters;

/// <summary>Weighted links between two sides, such as specialists and order cells. Nodes are numbered: the left side first.</summary>
public sealed class BipartiteGraph
{
    private readonly (int Node, double Weight)[][] _neighbours;

    /// <summary>A graph from links; repeated links add up.</summary>
    /// <param name="leftCount">Nodes of the left side: 0 … leftCount − 1.</param>
    /// <param name="rightCount">Nodes of the right side.</param>
    /// <param name="links">Left node, right node (from 0 on its own side), positive weight.</param>
    /// <exception cref="ArgumentException">A weight is not positive and finite.</exception>
    public BipartiteGraph(int leftCount, int rightCount, IEnumerable<(int Left, int Right, double Weight)> links)
    {
        (LeftCount, RightCount) = (leftCount, rightCount);
        var sums = new Dictionary<(int, int), double>();
        foreach (var (left, right, weight) in links)
        {
            if (!(weight > 0) || double.IsInfinity(weight))
            {
                throw new ArgumentException($"the weight {weight} is not positive and finite", nameof(links));
            }

            sums[(left, right)] = sums.GetValueOrDefault((left, right)) + weight;
        }

        var lists = new List<(int, double)>[leftCount + rightCount];
        for (var node = 0; node < lists.Length; node++)
        {
            lists[node] = [];
        }

        foreach (var ((left, right), weight) in sums.OrderBy(pair => pair.Key))
        {
            lists[left].Add((leftCount + right, weight));
            lists[leftCount + right].Add((left, weight));
            TotalWeight += weight;
        }

        _neighbours = [.. lists.Select(list => list.ToArray())];
    }

    /// <summary>Nodes of the left side.</summary>
    public int LeftCount { get; }

    /// <summary>Nodes of the right side.</summary>
    public int RightCount { get; }

    /// <summary>All nodes.</summary>
    public int NodeCount => _neighbours.Length;

    /// <summary>m: the sum of all weights.</summary>
    public double TotalWeight { get; }

    /// <summary>The links of a node.</summary>
    public ReadOnlySpan<(int Node, double Weight)> Neighbours(int node) => _neighbours[node];

    /// <summary>The weight of a node's links.</summary>
    public double Degree(int node)
    {
        double sum = 0;
        foreach (var (_, weight) in _neighbours[node])
        {
            sum += weight;
        }

        return sum;
    }
}
