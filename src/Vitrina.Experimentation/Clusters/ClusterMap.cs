namespace Vitrina.Experimentation.Clusters;

/// <summary>A division of both sides into clusters, with what it is worth for an experiment.</summary>
/// <param name="Cluster">The cluster of each node, left side first; clusters are numbered by falling weight.</param>
/// <param name="ClusterCount">Number of clusters.</param>
/// <param name="Modularity">Barber's modularity at resolution 1.</param>
/// <param name="CutShare">Share of the weight that runs between clusters: the proxy of the bias that interference leaves.</param>
/// <param name="EffectiveClusters">(Σv)²/Σv² over cluster weights: the proxy of the power.</param>
public sealed record ClusterMap(int[] Cluster, int ClusterCount, double Modularity, double CutShare, double EffectiveClusters)
{
    /// <summary>Measures a division.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="labels">The cluster of each node, any numbers.</param>
    public static ClusterMap Of(BipartiteGraph graph, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(labels);
        int[] order = [.. Enumerable.Range(0, graph.NodeCount).GroupBy(node => labels[node])
            .OrderByDescending(group => group.Sum(graph.Degree)).ThenBy(group => group.Min()).Select(group => group.Key)];
        var rank = order.Select((label, at) => (label, at)).ToDictionary(pair => pair.label, pair => pair.at);
        int[] cluster = [.. labels.Select(label => rank[label])];
        var volumes = new double[order.Length];
        for (var node = 0; node < graph.NodeCount; node++)
        {
            volumes[cluster[node]] += graph.Degree(node);
        }

        double sum = volumes.Sum(), squares = volumes.Sum(volume => volume * volume);
        return new ClusterMap(cluster, order.Length, ModularityOf(graph, cluster), 1 - Within(graph, cluster) / graph.TotalWeight, squares > 0 ? sum * sum / squares : 0);
    }

    /// <summary>Share of a node's weight that leaves its cluster.</summary>
    public double LeakageOf(BipartiteGraph graph, int node)
    {
        ArgumentNullException.ThrowIfNull(graph);
        double outside = 0, all = 0;
        foreach (var (other, weight) in graph.Neighbours(node))
        {
            all += weight;
            outside += Cluster[other] == Cluster[node] ? 0 : weight;
        }

        return all > 0 ? outside / all : 0;
    }

    /// <summary>Barber's modularity: Σ over clusters of L/m − γ k d/m².</summary>
    /// <remarks>Barber, "Modularity and community detection in bipartite networks", Physical Review E 76, 2007, eq. 15.</remarks>
    public static double ModularityOf(BipartiteGraph graph, IReadOnlyList<int> cluster, double resolution = 1)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(cluster);
        var left = new Dictionary<int, double>();
        var right = new Dictionary<int, double>();
        for (var node = 0; node < graph.NodeCount; node++)
        {
            var side = node < graph.LeftCount ? left : right;
            side[cluster[node]] = side.GetValueOrDefault(cluster[node]) + graph.Degree(node);
        }

        var expected = left.Sum(pair => pair.Value * right.GetValueOrDefault(pair.Key));
        return Within(graph, cluster) / graph.TotalWeight - resolution * expected / (graph.TotalWeight * graph.TotalWeight);
    }

    /// <summary>The adjusted Rand index of two divisions of the same nodes: 1 = the same, 0 = as by chance.</summary>
    /// <remarks>Hubert and Arabie, "Comparing partitions", Journal of Classification 2, 1985.</remarks>
    public static double AdjustedRandIndex(IReadOnlyList<int> first, IReadOnlyList<int> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        static double Pairs(double n) => n * (n - 1) / 2;
        double both = first.Zip(second).GroupBy(pair => pair).Sum(group => Pairs(group.Count()));
        double a = first.GroupBy(label => label).Sum(group => Pairs(group.Count())), b = second.GroupBy(label => label).Sum(group => Pairs(group.Count()));
        double expected = a * b / Pairs(first.Count), largest = (a + b) / 2;
        return largest == expected ? 1 : (both - expected) / (largest - expected);
    }

    private static double Within(BipartiteGraph graph, IReadOnlyList<int> cluster)
    {
        double within = 0;
        for (var node = 0; node < graph.LeftCount; node++)
        {
            foreach (var (other, weight) in graph.Neighbours(node))
            {
                within += cluster[other] == cluster[node] ? weight : 0;
            }
        }

        return within;
    }
}
