// 100 goroutines with net/http.
package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
)

func main() {
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 100
	count, _ := strconv.Atoi(os.Getenv("COUNT"))
	statuses, numbers := make(chan int, count), make(chan int, count)
	for number := 0; number < count; number++ {
		numbers <- 1 + number%500
	}
	close(numbers)
	var group sync.WaitGroup
	for worker := 0; worker < 100; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for number := range numbers {
				if response, err := http.Get(fmt.Sprintf("%s/products/%d", os.Getenv("API"), number)); err == nil {
					response.Body.Close()
					statuses <- response.StatusCode
				}
			}
		}()
	}
	group.Wait()
	close(statuses)
	seen := map[int]int{}
	for status := range statuses {
		seen[status]++
	}
	fmt.Println(seen)
}
