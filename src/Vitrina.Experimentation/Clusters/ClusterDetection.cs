using Vitrina.Kernels.Chance;

namespace Vitrina.Experimentation.Clusters;

/// <summary>How clusters are sought.</summary>
public sealed record ClusterOptions
{
    /// <summary>γ: larger values give more and smaller clusters.</summary>
    public double Resolution { get; init; } = 1;

    /// <summary>Largest share of the weight that a cluster may have, in (0, 1].</summary>
    public double MaxShare { get; init; } = 1;

    /// <summary>Clusters with less than this share of the weight are joined to the neighbour they are linked with most.</summary>
    public double MinShare { get; init; }

    /// <summary>Join clusters of nearly equal weight until there are at most so many; 0 = as found.</summary>
    public int BalancedCount { get; init; }

    /// <summary>Orders in which nodes are tried; the division with the highest modularity stays.</summary>
    public int Restarts { get; init; } = 10;

    /// <summary>Seed of those orders.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>Finds mini-markets: clusters of both sides with much weight within and little between.</summary>
/// <remarks>
/// Local moving and aggregation (Blondel et al., "Fast unfolding of communities in large networks", 2008) on Barber's bipartite modularity: a
/// node, or an aggregate of both sides, has a left and a right degree, and moves where modularity grows most. After the last level single
/// nodes move once more. Deterministic for a seed. Cost: a few passes over the links per level and restart.
/// </remarks>
public static class ClusterDetection
{
    private const double Gain = 1e-12;

    /// <summary>The best division found.</summary>
    public static ClusterMap Find(BipartiteGraph graph, ClusterOptions options)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(options);
        var maps = new (int[] Labels, double Modularity)[Math.Max(1, options.Restarts)];
        Parallel.For(0, maps.Length, restart =>
        {
            var labels = Detect(graph, options, RandomStream.For(options.Seed, "clusters", (ulong)restart));
            maps[restart] = (labels, ClusterMap.ModularityOf(graph, labels, options.Resolution));
        });
        var best = maps.MaxBy(map => map.Modularity).Labels;
        return ClusterMap.Of(graph, Join(graph, best, options));
    }

    private static int[] Detect(BipartiteGraph graph, ClusterOptions options, RandomStream stream)
    {
        var level = Level.Of(graph);
        int[] labels = [.. Enumerable.Range(0, graph.NodeCount)];
        while (true)
        {
            var moved = level.Move(options, ref stream, [.. Enumerable.Range(0, level.Count)], out var hasMoved);
            labels = [.. labels.Select(label => moved[label])];
            if (!hasMoved)
            {
                break;
            }

            level = level.Aggregate(moved, out var dense);
            labels = [.. labels.Select(label => dense[label])];
        }

        // What is right for an aggregate may be wrong for a node at its edge.
        return Level.Of(graph).Move(options, ref stream, labels, out _);
    }

    private static int[] Join(BipartiteGraph graph, int[] labels, ClusterOptions options)
    {
        int[] joined = [.. labels];
        var total = 2 * graph.TotalWeight;
        while (true)
        {
            var volumes = Enumerable.Range(0, graph.NodeCount).GroupBy(node => joined[node]).ToDictionary(group => group.Key, group => group.Sum(graph.Degree));
            var (smallest, volume) = volumes.OrderBy(pair => pair.Value).ThenBy(pair => pair.Key).First();
            var tooMany = options.BalancedCount > 0 && volumes.Count > options.BalancedCount;
            if (volumes.Count < 2 || !(tooMany || volume < options.MinShare * total))
            {
                return joined;
            }

            var links = LinksOf(graph, joined, smallest);
            // Of the partners that stay within the size, the most linked one; else, and for islands, the lightest.
            var largest = Math.Max(options.MaxShare, 0) * total;
            var fitting = volumes.Where(pair => pair.Key != smallest && pair.Value + volume <= Math.Min(largest, tooMany ? 1.25 * total / options.BalancedCount : total)).ToList();
            var partner = fitting.Count > 0
                ? fitting.OrderByDescending(pair => links.GetValueOrDefault(pair.Key)).ThenBy(pair => pair.Value).ThenBy(pair => pair.Key).First().Key
                : volumes.Where(pair => pair.Key != smallest).OrderBy(pair => pair.Value).ThenBy(pair => pair.Key).First().Key;
            for (var node = 0; node < joined.Length; node++)
            {
                joined[node] = joined[node] == smallest ? partner : joined[node];
            }
        }
    }

    private static Dictionary<int, double> LinksOf(BipartiteGraph graph, int[] labels, int cluster)
    {
        var links = new Dictionary<int, double>();
        for (var node = 0; node < labels.Length; node++)
        {
            if (labels[node] != cluster)
            {
                continue;
            }

            foreach (var (other, weight) in graph.Neighbours(node))
            {
                links[labels[other]] = links.GetValueOrDefault(labels[other]) + weight;
            }
        }

        return links;
    }

    // Nodes or aggregates with their left and right degrees.
    private sealed class Level
    {
        private readonly Dictionary<int, double>[] _links;
        private readonly double[] _left;
        private readonly double[] _right;
        private readonly double _total;

        private Level(Dictionary<int, double>[] links, double[] left, double[] right, double total) => (_links, _left, _right, _total) = (links, left, right, total);

        public int Count => _links.Length;

        public static Level Of(BipartiteGraph graph)
        {
            var links = new Dictionary<int, double>[graph.NodeCount];
            var (left, right) = (new double[graph.NodeCount], new double[graph.NodeCount]);
            for (var node = 0; node < links.Length; node++)
            {
                links[node] = [];
                foreach (var (other, weight) in graph.Neighbours(node))
                {
                    links[node][other] = weight;
                }

                (node < graph.LeftCount ? left : right)[node] = graph.Degree(node);
            }

            return new Level(links, left, right, graph.TotalWeight);
        }

        public int[] Move(ClusterOptions options, ref RandomStream stream, int[] start, out bool hasMoved)
        {
            int[] labels = [.. start];
            int size = Math.Max(Count, labels.Length == 0 ? 0 : labels.Max() + 1);
            var (left, right) = (new double[size], new double[size]);
            for (var node = 0; node < Count; node++)
            {
                left[labels[node]] += _left[node];
                right[labels[node]] += _right[node];
            }

            int[] order = [.. Enumerable.Range(0, Count)];
            stream.Shuffle<int>(order);
            var limit = options.MaxShare * 2 * _total;
            hasMoved = false;
            for (var pass = 0; pass < 100; pass++)
            {
                var moves = 0;
                foreach (var node in order)
                {
                    var own = labels[node];
                    left[own] -= _left[node];
                    right[own] -= _right[node];
                    var target = Best(node, own, labels, left, right, options.Resolution, limit);
                    left[target] += _left[node];
                    right[target] += _right[node];
                    labels[node] = target;
                    moves += target == own ? 0 : 1;
                }

                hasMoved |= moves > 0;
                if (moves == 0)
                {
                    break;
                }
            }

            return labels;
        }

        public Level Aggregate(int[] labels, out int[] dense)
        {
            int[] kept = [.. labels.Distinct().Order()];
            var number = kept.Select((label, at) => (label, at)).ToDictionary(pair => pair.label, pair => pair.at);
            dense = new int[labels.Max() + 1];
            foreach (var (label, at) in number)
            {
                dense[label] = at;
            }

            var links = new Dictionary<int, double>[kept.Length];
            for (var i = 0; i < links.Length; i++)
            {
                links[i] = [];
            }

            var (left, right) = (new double[kept.Length], new double[kept.Length]);
            for (var node = 0; node < Count; node++)
            {
                var own = number[labels[node]];
                left[own] += _left[node];
                right[own] += _right[node];
                foreach (var (other, weight) in _links[node])
                {
                    var neighbour = number[labels[other]];
                    if (neighbour != own)
                    {
                        links[own][neighbour] = links[own].GetValueOrDefault(neighbour) + weight;
                    }
                }
            }

            return new Level(links, left, right, _total);
        }

        private int Best(int node, int own, int[] labels, double[] left, double[] right, double resolution, double limit)
        {
            var weights = new Dictionary<int, double> { [own] = 0 };
            foreach (var (other, weight) in _links[node])
            {
                weights[labels[other]] = weights.GetValueOrDefault(labels[other]) + weight;
            }

            double Score(int cluster) => weights[cluster] / _total - resolution * (_left[node] * right[cluster] + _right[node] * left[cluster]) / (_total * _total);
            var (best, bestScore) = (own, Score(own));
            foreach (var cluster in weights.Keys.Order())
            {
                var volume = left[cluster] + right[cluster] + _left[node] + _right[node];
                if (cluster != own && volume <= limit && Score(cluster) > bestScore + Gain)
                {
                    (best, bestScore) = (cluster, Score(cluster));
                }
            }

            return best;
        }
    }
}
