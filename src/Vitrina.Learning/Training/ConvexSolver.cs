using System.Numerics.Tensors;

namespace Vitrina.Learning.Training;

/// <summary>Where a minimisation ended.</summary>
internal readonly record struct SolverResult(double Value, double GradientNorm, int Iterations, bool IsConverged);

/// <summary>Minimises a smooth convex objective: Newton's method for few parameters, L-BFGS for many.</summary>
internal static class ConvexSolver
{
    // Armijo's sufficient decrease (Nocedal and Wright, Numerical Optimization, 2nd edition, section 3.1).
    private const double SufficientDecrease = 1e-4;
    private const int MostHalvings = 50;

    // Pairs of steps that L-BFGS remembers; 3 to 20 is usual (Nocedal and Wright, section 7.2).
    private const int Memory = 12;

    /// <summary>Minimises with Newton steps, halved until the objective falls; the point is updated in place.</summary>
    public static SolverResult Newton(LinearProblem problem, double[] point, int maxIterations, double tolerance)
    {
        int n = point.Length;
        double[] gradient = new double[n], nextGradient = new double[n], direction = new double[n], next = new double[n];
        double[] hessian = new double[n * n], nextHessian = new double[n * n];
        double value = problem.Evaluate(point, gradient, hessian);
        int iteration = 0;
        for (; iteration < maxIterations && Norm(gradient) > tolerance; iteration++)
        {
            Cholesky.Solve(hessian, gradient, direction);
            TensorPrimitives.Negate(direction, direction);
            double slope = TensorPrimitives.Dot<double>(gradient, direction);
            double step = 1, nextValue;
            int halvings = 0;
            while (true)
            {
                TensorPrimitives.MultiplyAdd(direction, step, point, next);
                nextValue = problem.Evaluate(next, nextGradient, nextHessian);
                if (IsEnough(value, nextValue, step * slope) || ++halvings > MostHalvings)
                {
                    break;
                }

                step /= 2;
            }

            if (halvings > MostHalvings)
            {
                break;
            }

            next.CopyTo(point, 0);
            (gradient, nextGradient) = (nextGradient, gradient);
            (hessian, nextHessian) = (nextHessian, hessian);
            value = nextValue;
        }

        return new SolverResult(value, Norm(gradient), iteration, Norm(gradient) <= tolerance);
    }

    /// <summary>Minimises with the limited-memory BFGS method (Nocedal and Wright, algorithm 7.4); the point is updated in place.</summary>
    public static SolverResult LimitedMemory(LinearProblem problem, double[] point, int maxIterations, double tolerance)
        => LimitedMemory((at, gradient) => problem.Evaluate(at, gradient, []), point, maxIterations, tolerance);

    /// <summary>Minimises any smooth function with the limited-memory BFGS method; where it is not convex, to a local minimum.</summary>
    /// <param name="evaluate">The value at a point; fills the gradient there.</param>
    /// <param name="point">Where to start; receives the minimum.</param>
    /// <param name="maxIterations">Most steps.</param>
    /// <param name="tolerance">The largest component of the gradient at the end.</param>
    public static SolverResult LimitedMemory(Func<double[], double[], double> evaluate, double[] point, int maxIterations, double tolerance)
    {
        int n = point.Length;
        double[] gradient = new double[n], nextGradient = new double[n], direction = new double[n], next = new double[n];
        List<(double[] Step, double[] Change, double Curvature)> history = [];
        double value = evaluate(point, gradient);
        int iteration = 0;
        for (; iteration < maxIterations && Norm(gradient) > tolerance; iteration++)
        {
            Direction(gradient, history, direction);
            double slope = TensorPrimitives.Dot<double>(gradient, direction);
            double step = history.Count == 0 ? Math.Min(1, 1 / Norm(gradient)) : 1, nextValue;
            int halvings = 0;
            while (true)
            {
                TensorPrimitives.MultiplyAdd(direction, step, point, next);
                nextValue = evaluate(next, nextGradient);
                if (IsEnough(value, nextValue, step * slope) || ++halvings > MostHalvings)
                {
                    break;
                }

                step /= 2;
            }

            if (halvings > MostHalvings)
            {
                break;
            }

            Remember(history, point, next, gradient, nextGradient);
            next.CopyTo(point, 0);
            (gradient, nextGradient) = (nextGradient, gradient);
            value = nextValue;
        }

        return new SolverResult(value, Norm(gradient), iteration, Norm(gradient) <= tolerance);
    }

    // Near the minimum the fall is below the rounding of the value; a step that leaves the value as it is must then pass.
    private static bool IsEnough(double value, double nextValue, double expected)
        => nextValue <= value + (SufficientDecrease * expected) + (1e-14 * Math.Max(1, Math.Abs(value)));

    private static double Norm(double[] gradient) => gradient.Length == 0 ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude<double>(gradient));

    private static void Remember(
        List<(double[] Step, double[] Change, double Curvature)> history, double[] point, double[] next, double[] gradient, double[] nextGradient)
    {
        double[] step = new double[point.Length], change = new double[point.Length];
        TensorPrimitives.Subtract<double>(next, point, step);
        TensorPrimitives.Subtract<double>(nextGradient, gradient, change);
        double curvature = TensorPrimitives.Dot<double>(step, change);
        if (curvature <= 1e-300)
        {
            return;
        }

        if (history.Count == Memory)
        {
            history.RemoveAt(0);
        }

        history.Add((step, change, curvature));
    }

    private static void Direction(double[] gradient, List<(double[] Step, double[] Change, double Curvature)> history, double[] direction)
    {
        TensorPrimitives.Negate(gradient, direction);
        Span<double> factors = stackalloc double[Memory];
        for (int i = history.Count - 1; i >= 0; i--)
        {
            factors[i] = TensorPrimitives.Dot<double>(history[i].Step, direction) / history[i].Curvature;
            TensorPrimitives.MultiplyAdd(history[i].Change, -factors[i], direction, direction);
        }

        if (history.Count > 0)
        {
            double[] change = history[^1].Change;
            TensorPrimitives.Multiply(direction, history[^1].Curvature / TensorPrimitives.Dot<double>(change, change), direction);
        }

        for (int i = 0; i < history.Count; i++)
        {
            double factor = TensorPrimitives.Dot<double>(history[i].Change, direction) / history[i].Curvature;
            TensorPrimitives.MultiplyAdd(history[i].Step, factors[i] - factor, direction, direction);
        }
    }
}
